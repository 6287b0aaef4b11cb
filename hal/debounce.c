/* SPDX-License-Identifier: Apache-2.0 */
#include "debounce.h"

static bool counts_at_once(const rh_debounce_rule_t *rule, bool level)
{
    return rule->at_once == (level ? RH_AT_ONCE_TRUE : RH_AT_ONCE_FALSE);
}

static void begin(rh_debounce_t *debounce, const rh_debounce_rule_t *rule, bool level,
                  int64_t now_ns)
{
    debounce->has_begun = true;
    debounce->value = rule->at_once == RH_AT_ONCE_TRUE;
    debounce->candidate = level;
    debounce->since_ns = now_ns;
}

bool rh_debounce_step(rh_debounce_t *debounce, const rh_debounce_rule_t *rule,
                      bool level, int64_t now_ns)
{
    if (!debounce->has_begun) {
        begin(debounce, rule, level, now_ns);
    }
    if (level != debounce->candidate) {
        debounce->candidate = level;
        debounce->since_ns = now_ns;
    }
    if (counts_at_once(rule, level) || now_ns - debounce->since_ns >= rule->hold_ns) {
        debounce->value = level;
    }
    return debounce->value;
}
