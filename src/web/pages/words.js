// SPDX-License-Identifier: Apache-2.0
// Every word that the pages show, in each language. Words that come over the wire (states,
// reasons, faults) are looked up as "<list>.<word>"; what has no row is shown as it came.

const en = {
  skip: "Skip to the figures",
  language: "Deutsch",
  theme: "Light or dark",
  session: "Session", mode: "Mode", lease: "Control", nobody: "nobody",
  reps: "Reps", of: "of", set: "Set", partials: "Partial", phase: "Phase",
  load: "Load", commanded: "Commanded", acting: "Acting now", measured: "Measured, last rep",
  range: "Range of motion", angle: "Angle", rate: "Rate",
  to_top: "To top limit", to_bottom: "To bottom limit",
  taught: "taught range", soft: "soft limit", trip: "trip", last_rep: "last rep",
  level: "level", trace: "Last 20 seconds", force: "Strap force",
  force_left: "Left", force_right: "Right", torque: "Torque at strap",
  torque_granted: "Motor granted", torque_measured: "Motor measured", pad: "Pad",
  history: "Last reps", no_reps: "No reps yet.",
  as_read: "Safety chain, as read", ages: "Age of the readings",
  age_drive: "Drive", age_encoder: "Arm encoder", age_cells: "Load cells", age_inputs: "Inputs",
  range_help: "Angle of the arm between -105 and +15 degrees, with taught range and limits",
  trace_help: "Strap force and arm angle over the last 20 seconds",
  silent: "No live data for {s} s. The figures below are old.",
  unreached: "The gateway does not answer. Trying again …",
  never: "Waiting for the machine's first reading …",
  waits: "Waiting for: {list}",
  uptime: "up {h}", late: "late p99 {us} µs", overruns: "{n} overruns",
  "column.set": "Set", "column.rep": "Rep", "column.verdict": "Verdict",
  "column.range_deg": "Range", "column.lift_s": "Lift", "column.hold_s": "Hold",
  "column.lower_s": "Lower", "column.lift_rate_mean_dps": "Mean rate",
  "column.force_mean_n": "Mean force", "column.force_peak_n": "Peak force",
  "column.work_lift_j": "Work", "column.load_kg": "Load", "column.load_measured_kg": "Measured",
  clean: "clean", not_stored: "not stored", spotter: "spotter helped",
  "safety.locked": "Locked", "means.locked": "no torque, latched",
  "safety.idle": "Idle", "means.idle": "motor off, all good",
  "safety.armed": "Armed", "means.armed": "the motor may act",
  "safety.float": "Comfort stop", "means.float": "load off, legs float",
  "safety.grips": "Grips open", "means.grips": "load off, lowering follows",
  "safety.safe1": "Lowering", "means.safe1": "controlled, latched",
  "safety.safe2": "Lowering blind", "means.safe2": "rate lost, torque off",
  "safety.safe3": "Cut", "means.safe3": "power off, passive brake",
  "safety.probe": "Trial", "means.probe": "relay, polarity or torque, keep away",
  "session.free": "free", "session.ready": "ready", "session.teach": "teaching", "session.set": "set running",
  "phase.rest": "rest", "phase.lift": "lift", "phase.hold": "hold", "phase.lower": "lower",
  "mode.damping": "damping", "mode.constant": "constant", "mode.plate": "plate",
  "kind.calibration": "teach", "kind.warmup": "warm-up", "kind.work": "work",
  "reason.partial": "partial", "reason.no_hold": "no hold", "reason.too_fast": "too fast",
  "reason.swing": "swing", "reason.slack": "slack", "reason.impact": "impact",
  "reason.over_top": "past the line", "reason.one_sided": "one-sided",
  "lamp.estop_a_closed": "E-stop A", "lamp.estop_b_closed": "E-stop B",
  "lamp.limit_top_closed": "Top switch", "lamp.limit_bottom_closed": "Bottom switch",
  "lamp.grip_left_held": "Left grip", "lamp.grip_right_held": "Right grip",
  "lamp.comfort_pressed": "Comfort stop", "lamp.reset_pressed": "Reset",
  closed: "closed", open: "open", held: "held", free: "free", pressed: "pressed",
};

const de = {
  skip: "Zu den Werten springen",
  language: "English",
  theme: "Hell oder dunkel",
  session: "Sitzung", mode: "Modus", lease: "Steuerung", nobody: "niemand",
  reps: "Wiederholungen", of: "von", set: "Satz", partials: "Halbe", phase: "Phase",
  load: "Last", commanded: "Befohlen", acting: "Wirkt jetzt", measured: "Gemessen, letzte Wdh.",
  range: "Bewegungsbereich", angle: "Winkel", rate: "Tempo",
  to_top: "Bis Grenze oben", to_bottom: "Bis Grenze unten",
  taught: "gelernter Bereich", soft: "weiche Grenze", trip: "Abschaltung", last_rep: "letzte Wdh.",
  level: "gerade", trace: "Letzte 20 Sekunden", force: "Kraft am Gurt",
  force_left: "Links", force_right: "Rechts", torque: "Moment am Gurt",
  torque_granted: "Motor bewilligt", torque_measured: "Motor gemessen", pad: "Polster",
  history: "Letzte Wiederholungen", no_reps: "Noch keine Wiederholung.",
  as_read: "Sicherheitskette, wie gelesen", ages: "Alter der Messwerte",
  age_drive: "Antrieb", age_encoder: "Armgeber", age_cells: "Kraftzellen", age_inputs: "Eingänge",
  range_help: "Winkel des Arms zwischen -105 und +15 Grad, mit gelerntem Bereich und Grenzen",
  trace_help: "Kraft am Gurt und Winkel des Arms in den letzten 20 Sekunden",
  silent: "Seit {s} s keine Live-Daten. Die Werte unten sind alt.",
  unreached: "Das Gateway antwortet nicht. Neuer Versuch …",
  never: "Warten auf den ersten Messwert der Maschine …",
  waits: "Wartet auf: {list}",
  uptime: "läuft {h}", late: "verspätet p99 {us} µs", overruns: "{n} Überläufe",
  "column.set": "Satz", "column.rep": "Wdh.", "column.verdict": "Urteil",
  "column.range_deg": "Bereich", "column.lift_s": "Heben", "column.hold_s": "Halten",
  "column.lower_s": "Senken", "column.lift_rate_mean_dps": "Ø Tempo",
  "column.force_mean_n": "Ø Kraft", "column.force_peak_n": "Spitze",
  "column.work_lift_j": "Arbeit", "column.load_kg": "Last", "column.load_measured_kg": "Gemessen",
  clean: "sauber", not_stored: "nicht gespeichert", spotter: "Hilfe gegeben",
  "safety.locked": "Gesperrt", "means.locked": "kein Moment, verriegelt",
  "safety.idle": "Bereit", "means.idle": "Motor aus, alles gut",
  "safety.armed": "Scharf", "means.armed": "der Motor darf wirken",
  "safety.float": "Komfortstopp", "means.float": "Last weg, Beine schweben",
  "safety.grips": "Griffe offen", "means.grips": "Last weg, dann Absenken",
  "safety.safe1": "Absenken", "means.safe1": "kontrolliert, verriegelt",
  "safety.safe2": "Absenken blind", "means.safe2": "Tempo unbekannt, kein Moment",
  "safety.safe3": "Getrennt", "means.safe3": "Strom aus, passive Bremse",
  "safety.probe": "Probe", "means.probe": "Relais, Drehsinn oder Moment, Abstand halten",
  "session.free": "frei", "session.ready": "bereit", "session.teach": "lernt", "session.set": "Satz läuft",
  "phase.rest": "Pause", "phase.lift": "heben", "phase.hold": "halten", "phase.lower": "senken",
  "mode.damping": "Dämpfung", "mode.constant": "konstant", "mode.plate": "Scheibe",
  "kind.calibration": "Lernen", "kind.warmup": "Aufwärmen", "kind.work": "Arbeit",
  "reason.partial": "halb", "reason.no_hold": "nicht gehalten", "reason.too_fast": "zu schnell",
  "reason.swing": "Schwung", "reason.slack": "schlaff", "reason.impact": "Aufprall",
  "reason.over_top": "über die Linie", "reason.one_sided": "einseitig",
  "lamp.estop_a_closed": "Not-Halt A", "lamp.estop_b_closed": "Not-Halt B",
  "lamp.limit_top_closed": "Schalter oben", "lamp.limit_bottom_closed": "Schalter unten",
  "lamp.grip_left_held": "Griff L", "lamp.grip_right_held": "Griff R",
  "lamp.comfort_pressed": "Komfortstopp", "lamp.reset_pressed": "Reset",
  closed: "zu", open: "offen", held: "gehalten", free: "frei", pressed: "gedrückt",
  "wait.hold the reset button for half a second": "Reset eine halbe Sekunde halten",
  "wait.bring the arm to rest at the bottom": "Arm unten zur Ruhe bringen",
  "wait.close the e-stop chain": "Not-Halt-Kette schließen",
  "wait.clear the pad": "Polster freimachen",
  "wait.a sensor is stale or faulty": "ein Sensor fehlt oder ist gestört",
  "wait.the fault is still there": "der Fehler besteht noch",
  "wait.release the reset button": "Reset loslassen",
  "fault.boot": "Die Steuerung ist gestartet und gesperrt.",
  "fault.request_invalid": "Die Steuerung verlangte ein Moment, das keine Zahl ist.",
  "fault.trip_top": "Die Beine kamen über die obere Grenze.",
  "fault.trip_bottom": "Der Arm kam unter die untere Grenze.",
  "fault.switch_top": "Der obere Endschalter hat geöffnet.",
  "fault.switch_bottom": "Der untere Endschalter hat geöffnet.",
  "fault.stale_drive": "Der Antrieb antwortet nicht.",
  "fault.encoder_invalid": "Die Anzeige eines Gebers ist ungültig: Seine Flanken passen nicht, oder er sagt es selbst.",
  "fault.stale_encoder": "Der Geber am Arm antwortet nicht.",
  "fault.stale_cells": "Ein Messumformer der Kraftzellen antwortet nicht.",
  "fault.stale_io": "Die Eingänge (Not-Halt, Griffe, Tasten) antworten nicht.",
  "fault.cell_broken": "Eine Kraftzelle meldet Drahtbruch oder eine unmögliche Kraft.",
  "fault.cell_mismatch": "Die Gurtzellen zeigen nicht die Kraft, die der Motor gibt.",
  "fault.pad_pulled": "Eine Polsterzelle zeigt Zug, wo Gewicht nur drücken kann.",
  "fault.encoder_mismatch": "Armgeber und Motorgeber widersprechen sich.",
  "fault.encoder_frozen": "Der Motorgeber steht, während der Arm sich bewegt.",
  "fault.rate_mismatch": "Die Drehzahl des Motors passt nicht zu seinem Winkel.",
  "fault.runaway": "Das Moment des Antriebs ist nicht das befohlene.",
  "fault.drive_fault": "Der Antrieb meldet einen Fehler.",
  "fault.drive_not_running": "Der Antrieb läuft trotz Freigabe nicht.",
  "fault.drive_unasked": "Der Antrieb läuft, obwohl er nicht eingeschaltet ist.",
  "fault.relay_stuck": "Der Antrieb lief weiter, obwohl der Herzschlag ausblieb.",
  "fault.polarity": "Ein kleines hebendes Moment hob den Arm nicht.",
  "fault.estop": "Der Not-Halt ist gedrückt oder sein Kreis ist offen.",
  "fault.estop_disagree": "Ein Kanal des Not-Halts öffnete ohne den anderen.",
  "fault.grips_open": "Ein Griff wurde losgelassen.",
  "fault.comfort_unconfirmed": "Die Last ging nach dem Komfortstopp nicht weg.",
  "fault.late": "Die Steuerung war zu spät.",
  "fault.console_lost": "Die Konsole des Trainers ist weg.",
  "fault.stop": "Von der Konsole gestoppt.",
  "fault.not_down": "Die Beine kamen nicht rechtzeitig herunter.",
  "fault.recording_stalled": "Die Aufzeichnung stockt: Ereignisse fanden keinen Platz.",
};

const tables = { en, de };

/** The language that was chosen, else the browser's, else English. */
export function chosenLanguage() {
  const wanted = localStorage.getItem("language") ?? navigator.language.slice(0, 2);
  return wanted in tables ? wanted : "en";
}

/** The word for `key`; `as_is` where the table has none. {name} is filled from `values`. */
export function word(key, as_is = key, values = {}) {
  const text = tables[document.documentElement.lang]?.[key] ?? en[key] ?? as_is;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** Puts the words of `language` on everything marked with data-word or data-label. */
export function speak(language) {
  document.documentElement.lang = language;
  localStorage.setItem("language", language);
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = word(element.dataset.word);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", word(element.dataset.label));
    element.setAttribute("title", word(element.dataset.label));
  }
}
