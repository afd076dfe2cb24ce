//! Words of letters in English, German, Spanish and French, in lower case: names of days and months,
//! numbers and units, and words after which a letter names its hour.

use chrono::Weekday;

const MONTHS: &[(&str, u32)] = &[
    ("jan", 1),
    ("january", 1),
    ("januar", 1),
    ("jänner", 1),
    ("enero", 1),
    ("ene", 1),
    ("janvier", 1),
    ("janv", 1),
    ("feb", 2),
    ("february", 2),
    ("februar", 2),
    ("febrero", 2),
    ("février", 2),
    ("fevrier", 2),
    ("févr", 2),
    ("fév", 2),
    ("mar", 3),
    ("march", 3),
    ("märz", 3),
    ("maerz", 3),
    ("mär", 3),
    ("marzo", 3),
    ("mars", 3),
    ("apr", 4),
    ("april", 4),
    ("abril", 4),
    ("abr", 4),
    ("avril", 4),
    ("avr", 4),
    ("may", 5),
    ("mai", 5),
    ("mayo", 5),
    ("jun", 6),
    ("june", 6),
    ("juni", 6),
    ("junio", 6),
    ("juin", 6),
    ("jul", 7),
    ("july", 7),
    ("juli", 7),
    ("julio", 7),
    ("juillet", 7),
    ("juil", 7),
    ("aug", 8),
    ("august", 8),
    ("agosto", 8),
    ("ago", 8),
    ("août", 8),
    ("aout", 8),
    ("sep", 9),
    ("sept", 9),
    ("september", 9),
    ("septiembre", 9),
    ("setiembre", 9),
    ("septembre", 9),
    ("oct", 10),
    ("october", 10),
    ("oktober", 10),
    ("okt", 10),
    ("octubre", 10),
    ("octobre", 10),
    ("nov", 11),
    ("november", 11),
    ("noviembre", 11),
    ("novembre", 11),
    ("dec", 12),
    ("december", 12),
    ("dezember", 12),
    ("dez", 12),
    ("diciembre", 12),
    ("dic", 12),
    ("décembre", 12),
    ("decembre", 12),
    ("déc", 12),
];

const WEEKDAYS: &[(&str, Weekday)] = &[
    ("mon", Weekday::Mon),
    ("monday", Weekday::Mon),
    ("montag", Weekday::Mon),
    ("lunes", Weekday::Mon),
    ("lundi", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("tues", Weekday::Tue),
    ("tuesday", Weekday::Tue),
    ("dienstag", Weekday::Tue),
    ("martes", Weekday::Tue),
    ("mardi", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("wednesday", Weekday::Wed),
    ("mittwoch", Weekday::Wed),
    ("miércoles", Weekday::Wed),
    ("miercoles", Weekday::Wed),
    ("mercredi", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("thur", Weekday::Thu),
    ("thurs", Weekday::Thu),
    ("thursday", Weekday::Thu),
    ("donnerstag", Weekday::Thu),
    ("jueves", Weekday::Thu),
    ("jeudi", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("friday", Weekday::Fri),
    ("freitag", Weekday::Fri),
    ("viernes", Weekday::Fri),
    ("vendredi", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("saturday", Weekday::Sat),
    ("samstag", Weekday::Sat),
    ("sonnabend", Weekday::Sat),
    ("sábado", Weekday::Sat),
    ("sabado", Weekday::Sat),
    ("samedi", Weekday::Sat),
    ("sun", Weekday::Sun),
    ("sunday", Weekday::Sun),
    ("sonntag", Weekday::Sun),
    ("domingo", Weekday::Sun),
    ("dimanche", Weekday::Sun),
];

const NUMBERS: &[(&str, u64)] = &[
    ("one", 1),
    ("an", 1),
    ("a", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("twelve", 12),
    ("fourteen", 14),
    ("fifteen", 15),
    ("twenty", 20),
    ("thirty", 30),
    ("forty-five", 45),
    ("sixty", 60),
    ("ninety", 90),
    ("eine", 1),
    ("einer", 1),
    ("einem", 1),
    ("einen", 1),
    ("eines", 1),
    ("zwei", 2),
    ("drei", 3),
    ("vier", 4),
    ("fünf", 5),
    ("sieben", 7),
    ("zehn", 10),
    ("vierzehn", 14),
    ("dreißig", 30),
    ("sechzig", 60),
    ("neunzig", 90),
    ("un", 1),
    ("una", 1),
    ("dos", 2),
    ("tres", 3),
    ("cinco", 5),
    ("siete", 7),
    ("diez", 10),
    ("quince", 15),
    ("treinta", 30),
    ("sesenta", 60),
    ("noventa", 90),
    ("une", 1),
    ("deux", 2),
    ("trois", 3),
    ("cinq", 5),
    ("sept", 7),
    ("huit", 8),
    ("dix", 10),
    ("quinze", 15),
    ("trente", 30),
    ("soixante", 60),
];

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds(u64),
    Months,
}

const DAY: u64 = 86_400;
const UNITS: &[(&str, Unit)] = &[
    ("minute", Unit::Seconds(60)),
    ("minutes", Unit::Seconds(60)),
    ("minuten", Unit::Seconds(60)),
    ("minutos", Unit::Seconds(60)),
    ("hour", Unit::Seconds(3_600)),
    ("hours", Unit::Seconds(3_600)),
    ("stunde", Unit::Seconds(3_600)),
    ("stunden", Unit::Seconds(3_600)),
    ("hora", Unit::Seconds(3_600)),
    ("horas", Unit::Seconds(3_600)),
    ("heure", Unit::Seconds(3_600)),
    ("heures", Unit::Seconds(3_600)),
    ("day", Unit::Seconds(DAY)),
    ("days", Unit::Seconds(DAY)),
    ("tag", Unit::Seconds(DAY)),
    ("tage", Unit::Seconds(DAY)),
    ("tagen", Unit::Seconds(DAY)),
    ("día", Unit::Seconds(DAY)),
    ("días", Unit::Seconds(DAY)),
    ("dia", Unit::Seconds(DAY)),
    ("dias", Unit::Seconds(DAY)),
    ("jour", Unit::Seconds(DAY)),
    ("jours", Unit::Seconds(DAY)),
    ("week", Unit::Seconds(7 * DAY)),
    ("weeks", Unit::Seconds(7 * DAY)),
    ("woche", Unit::Seconds(7 * DAY)),
    ("wochen", Unit::Seconds(7 * DAY)),
    ("semana", Unit::Seconds(7 * DAY)),
    ("semanas", Unit::Seconds(7 * DAY)),
    ("semaine", Unit::Seconds(7 * DAY)),
    ("semaines", Unit::Seconds(7 * DAY)),
    ("month", Unit::Months),
    ("months", Unit::Months),
    ("monat", Unit::Months),
    ("monate", Unit::Months),
    ("monaten", Unit::Months),
    ("monats", Unit::Months),
    ("mes", Unit::Months),
    ("meses", Unit::Months),
    ("mois", Unit::Months),
];

/// Words after which a letter names its hour, or their beginnings.
const LEADS: &[&str] = &[
    "effective",
    "until",
    "by",
    "before",
    "deadline",
    "suspend",
    "terminat",
    "ends",
    "end",
    "expire",
    "close",
    "ceas",
    "discontinu",
    "decommission",
    "shut",
    "delet",
    "remov",
    "cancel",
    "deactivat",
    "disabl",
    "bis",
    "spätestens",
    "frist",
    "endet",
    "gekündigt",
    "gesperrt",
    "gelöscht",
    "eingestellt",
    "abgeschaltet",
    "beendet",
    "hasta",
    "antes",
    "plazo",
    "finaliza",
    "termina",
    "suspend",
    "elimina",
    "cierr",
    "cancela",
    "jusqu",
    "avant",
    "délai",
    "suspen",
    "résili",
    "ferm",
    "supprim",
    "prendra",
];

/// What a letter does to us, or the beginnings of such words: "immediately" beside one means now.
const CUTS: &[&str] = &[
    "effective",
    "effect",
    "suspend",
    "terminat",
    "clos",
    "disabl",
    "remov",
    "revok",
    "ceas",
    "delet",
    "block",
    "deactivat",
    "cancel",
    "discontinu",
    "ends",
    "ending",
    "stop",
    "restrict",
    "lock",
    "ban",
    "withdraw",
    "gekündigt",
    "gesperrt",
    "kündig",
    "sperr",
    "wirkung",
];

/// What a letter asks of us: "immediately" beside one is no hour.
const ACTS: &[&str] = &[
    "download",
    "back",
    "backup",
    "export",
    "migrat",
    "move",
    "moving",
    "contact",
    "reply",
    "respond",
    "answer",
    "save",
    "saving",
    "copy",
    "action",
    "act",
    "attention",
    "step",
    "pay",
    "remedy",
    "fix",
    "resolve",
    "update",
    "upgrade",
    "transfer",
    "review",
    "verify",
    "provide",
    "submit",
    "appeal",
    "please",
    "login",
    "log",
];

/// Words between the parts of a time: "on Friday, the 4th of December, at 5 pm".
const BETWEEN: &[&str] = &[
    "at", "on", "the", "of", "uhr", "um", "am", "den", "dem", "der", "de", "del", "el", "la", "las", "los", "a", "à",
    "le", "les", "ab", "kl", "heures", "horas", "hrs", "h",
];

/// Common words of languages that write the day first.
const DAY_FIRST: &[&str] = &[
    "und", "der", "die", "das", "wird", "werden", "ihr", "ihre", "ihren", "nicht", "mit", "zum", "sie", "el", "los",
    "las", "su", "sus", "cuenta", "será", "para", "usted", "que", "le", "les", "vous", "votre", "vos", "est", "sera",
    "nous", "compte", "avec", "pour",
];

pub(super) fn month(word: &str) -> Option<u32> {
    MONTHS.iter().find(|(name, _)| *name == word).map(|(_, month)| *month)
}

pub(super) fn weekday(word: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(name, _)| *name == word).map(|(_, day)| *day)
}

/// A number in digits or as a word.
pub(super) fn number(word: &str) -> Option<u64> {
    word.parse().ok().or_else(|| NUMBERS.iter().find(|(name, _)| *name == word).map(|(_, number)| *number))
}

pub(super) fn unit(word: &str) -> Option<Unit> {
    let word = word.trim_end_matches("'s").trim_end_matches(['\'', '’']);
    UNITS.iter().find(|(name, _)| *name == word).map(|(_, unit)| *unit)
}

pub(super) fn leads(word: &str) -> bool {
    // Short ones are whole words: "by" begins "bypass".
    LEADS.iter().any(|lead| if lead.len() <= 4 { *lead == word } else { word.starts_with(lead) })
}

pub(super) fn cuts(word: &str) -> bool {
    CUTS.iter().any(|begin| if begin.len() <= 3 { *begin == word } else { word.starts_with(begin) })
}

pub(super) fn asks(word: &str) -> bool {
    ACTS.iter().any(|begin| if begin.len() <= 4 { *begin == word } else { word.starts_with(begin) })
}

pub(super) fn is_between(word: &str) -> bool {
    BETWEEN.contains(&word)
}

/// Whether a word is one of a language that writes the day first.
pub(super) fn is_day_first(word: &str) -> bool {
    DAY_FIRST.contains(&word)
}

/// The name of a month, as it is asked back.
pub(super) fn name(month: u32) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    month.checked_sub(1).and_then(|at| NAMES.get(at as usize)).copied().unwrap_or("")
}
