/* SPDX-License-Identifier: Apache-2.0 */
/* One value: text to field, or the reason why not. */
#include "value.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rh/hal.h"

#define BAUDS_MAX ((int)(sizeof(((rh_profile_t *)NULL)->bauds) / sizeof(int32_t)))
#define WORD_MAX 40

typedef struct {
    char *text;
    size_t size;
} why_t;

static bool refuse(const why_t *why, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool refuse(const why_t *why, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(why->text, why->size, format, arguments);
    va_end(arguments);
    return false;
}

/* libmodbus 3.1.6 on Linux. Any other rate silently becomes 9600 there. */
static const int32_t rates[] = {
    110,     300,     600,     1200,    2400,    4800,    9600,   19200,   38400,
    57600,   115200,  230400,  460800,  500000,  576000,  921600, 1000000, 1152000,
    1500000, 2000000, 2500000, 3000000, 3500000, 4000000, 0};

const int32_t *rh_baud_rates(void)
{
    return rates;
}

static bool is_rate(int64_t rate)
{
    for (int i = 0; rates[i] != 0; i++) {
        if (rates[i] == rate) {
            return true;
        }
    }
    return false;
}

/* ---- numbers --------------------------------------------------------------------- */

/* What stands behind a number: most often its unit. */
static bool refuse_rest(const rh_key_t *key, const char *text, const char *rest,
                        const why_t *why)
{
    while (*rest == ' ' || *rest == '\t') {
        rest++;
    }
    if (isalpha((unsigned char)*rest) != 0 || *rest == '%' || (*rest & 0x80) != 0) {
        return key->unit[0] != '\0'
                   ? refuse(why, "\"%s\": the key is in %s, write the number alone",
                            text, key->unit)
                   : refuse(why, "\"%s\": the key has no unit, write the number alone",
                            text);
    }
    return refuse(why, "\"%s\" is not one number", text);
}

static bool in_range(const rh_key_t *key, double value, const char *text,
                     const why_t *why)
{
    if (value >= key->min && value <= key->max) {
        return true;
    }
    return refuse(why, "%s is out of range", text);
}

static bool is_decimal(const char *text)
{
    const char *digits = text + (*text == '-');
    return isdigit((unsigned char)*digits) != 0 ||
           (*digits == '.' && isdigit((unsigned char)digits[1]) != 0);
}

static bool read_real(const rh_key_t *key, void *field, const char *text,
                      const why_t *why)
{
    if (!is_decimal(text)) {
        return refuse(why, "\"%s\" is not a number", text);
    }
    if (strncmp(text + (*text == '-'), "0x", 2) == 0 ||
        strncmp(text + (*text == '-'), "0X", 2) == 0) {
        return refuse(why, "\"%s\" is not a decimal number", text);
    }
    char *end = NULL;
    double value = strtod(text, &end);
    if (*end != '\0') {
        return refuse_rest(key, text, end, why);
    }
    if (!in_range(key, value, text, why)) {
        return false;
    }
    memcpy(field, &value, sizeof(value));
    return true;
}

static bool read_whole(const rh_key_t *key, const char *text, int64_t *value,
                       const why_t *why)
{
    const char *digits = text + (*text == '-');
    if (isdigit((unsigned char)*digits) == 0) {
        return refuse(why, "\"%s\" is not a number", text);
    }
    bool hexadecimal = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    char *end = NULL;
    errno = 0;
    *value = strtoll(text, &end, hexadecimal ? 16 : 10);
    if (*end == '.') {
        return refuse(why, "\"%s\" is not a whole number", text);
    }
    if (*end != '\0') {
        return refuse_rest(key, text, end, why);
    }
    return errno == 0 ? in_range(key, (double)*value, text, why)
                      : refuse(why, "%s is out of range", text);
}

static bool read_int(const rh_key_t *key, void *field, const char *text,
                     const why_t *why)
{
    int64_t whole = 0;
    if (!read_whole(key, text, &whole, why)) {
        return false;
    }
    int32_t value = (int32_t)whole; /* ranges of the table fit */
    memcpy(field, &value, sizeof(value));
    return true;
}

static bool read_bits(const rh_key_t *key, void *field, const char *text,
                      const why_t *why)
{
    int64_t whole = 0;
    if (!read_whole(key, text, &whole, why)) {
        return false;
    }
    uint32_t value = (uint32_t)whole;
    memcpy(field, &value, sizeof(value));
    return true;
}

/* ---- words and text -------------------------------------------------------------- */

static const rh_word_t *find_word(const rh_key_t *key, const char *text)
{
    for (const rh_word_t *row = key->words; row->word != NULL; row++) {
        if (strcmp(row->word, text) == 0) {
            return row;
        }
    }
    return NULL;
}

static bool read_word(const rh_key_t *key, void *field, const char *text,
                      const why_t *why)
{
    const rh_word_t *row = find_word(key, text);
    if (row == NULL) {
        return refuse(why, "\"%s\" is none of its words", text);
    }
    if (key->size == sizeof(bool)) {
        *(bool *)field = row->value != 0;
    } else {
        memcpy(field, &row->value, sizeof(row->value));
    }
    return true;
}

static void put_text(const rh_key_t *key, void *field, const char *text)
{
    memset(field, 0, key->size);
    memcpy(field, text, strnlen(text, key->size - 1));
}

static bool read_choice(const rh_key_t *key, void *field, const char *text,
                        const why_t *why)
{
    if (find_word(key, text) == NULL) {
        return refuse(why, "\"%s\" is none of its words", text);
    }
    put_text(key, field, text);
    return true;
}

static bool is_name_letter(char letter)
{
    return isalnum((unsigned char)letter) != 0 ||
           (letter != '\0' && strchr("_-.:", letter) != NULL);
}

static bool read_text(const rh_key_t *key, void *field, const char *text,
                      const why_t *why)
{
    size_t length = strlen(text);
    if ((double)length < key->min) {
        return refuse(why, "is empty");
    }
    if ((double)length > key->max) {
        return refuse(why, "is %zu characters long", length);
    }
    for (size_t i = 0; i < length && key->type == RH_KEY_NAME; i++) {
        if (!is_name_letter(text[i])) {
            return refuse(why,
                          "\"%s\" has more than letters, digits and _ - . :", text);
        }
    }
    if (key->type != RH_KEY_PROSE && strpbrk(text, ";#") != NULL) {
        return refuse(why, "\"%s\": comments stand on a line of their own", text);
    }
    put_text(key, field, text);
    return true;
}

/* ---- lists of a profile ---------------------------------------------------------- */

/* The next word of a list with commas; NULL at its end. */
static const char *next_word(const char *list, char *word)
{
    while (*list == ' ' || *list == ',' || *list == '\t') {
        list++;
    }
    size_t length = strcspn(list, ", \t");
    if (length == 0) {
        return NULL;
    }
    size_t kept = length < WORD_MAX ? length : WORD_MAX - 1;
    memcpy(word, list, kept);
    word[kept] = '\0';
    return list + length;
}

static bool read_links(const rh_key_t *key, void *field, const char *text,
                       const why_t *why)
{
    rh_profile_t *profile = field;
    char word[WORD_MAX];
    bool found[2] = {false, false};
    for (const char *at = next_word(text, word); at != NULL; at = next_word(at, word)) {
        const rh_word_t *row = find_word(key, word);
        if (row == NULL) {
            return refuse(why, "\"%s\" is no link", word);
        }
        found[row->value] = true;
    }
    if (!found[0] && !found[1]) {
        return refuse(why, "is empty");
    }
    profile->rtu = found[0];
    profile->tcp = found[1];
    return true;
}

static bool read_bauds(const rh_key_t *key, void *field, const char *text,
                       const why_t *why)
{
    rh_profile_t *profile = field;
    char word[WORD_MAX];
    int32_t bauds[BAUDS_MAX] = {0};
    int32_t count = 0;
    for (const char *at = next_word(text, word); at != NULL; at = next_word(at, word)) {
        int64_t rate = 0;
        if (!read_whole(key, word, &rate, why)) {
            return false;
        }
        if (!is_rate(rate)) {
            return refuse(why, "%s is no rate that libmodbus knows", word);
        }
        if (count == BAUDS_MAX) {
            return refuse(why, "more than %d rates", BAUDS_MAX);
        }
        bauds[count++] = (int32_t)rate;
    }
    memcpy(profile->bauds, bauds, sizeof(bauds));
    profile->baud_count = count;
    return true;
}

/* ---- the types ------------------------------------------------------------------- */

bool rh_value_read(const rh_key_t *key, void *item, const char *text, char *why,
                   size_t size)
{
    static bool (*const read[])(const rh_key_t *, void *, const char *,
                                const why_t *) = {
        [RH_KEY_INT] = read_int,       [RH_KEY_BITS] = read_bits,
        [RH_KEY_REAL] = read_real,     [RH_KEY_WORD] = read_word,
        [RH_KEY_CHOICE] = read_choice, [RH_KEY_NAME] = read_text,
        [RH_KEY_PATH] = read_text,     [RH_KEY_PROSE] = read_text,
        [RH_KEY_LINKS] = read_links,   [RH_KEY_BAUDS] = read_bauds,
    };
    why[0] = '\0';
    const why_t place = {why, size};
    return read[key->type](key, (char *)item + key->offset, text, &place);
}
