//! Words of letters in English, German, Spanish and French, in lower case: names of days and months,
//! numbers and units, and words after which a letter names its hour.

use chrono::Weekday;

/// The names of each month, January first.
const MONTHS: [&str; 12] = [
    "jan january januar jänner enero ene janvier janv",
    "feb february februar febrero février fevrier févr fév",
    "mar march märz maerz mär marzo mars",
    "apr april abril abr avril avr",
    "may mai mayo",
    "jun june juni junio juin",
    "jul july juli julio juillet juil",
    "aug august agosto ago août aout",
    "sep sept september septiembre setiembre septembre",
    "oct october oktober okt octubre octobre",
    "nov november noviembre novembre",
    "dec december dezember dez diciembre dic décembre decembre déc",
];

const WEEKDAYS: [(Weekday, &str); 7] = [
    (Weekday::Mon, "mon monday montag lunes lundi"),
    (Weekday::Tue, "tue tues tuesday dienstag martes mardi"),
    (Weekday::Wed, "wed wednesday mittwoch miércoles miercoles mercredi"),
    (Weekday::Thu, "thu thur thurs thursday donnerstag jueves jeudi"),
    (Weekday::Fri, "fri friday freitag viernes vendredi"),
    (Weekday::Sat, "sat saturday samstag sonnabend sábado sabado samedi"),
    (Weekday::Sun, "sun sunday sonntag domingo dimanche"),
];

const NUMBERS: &[(u64, &str)] = &[
    (1, "one an a eine einer einem einen eines un una une"),
    (2, "two zwei dos deux"),
    (3, "three drei tres trois"),
    (4, "four vier"),
    (5, "five fünf cinco cinq"),
    (6, "six sechs seis"),
    (7, "seven sieben siete sept"),
    (8, "eight acht ocho huit"),
    (9, "nine neun nueve neuf"),
    (10, "ten zehn diez dix"),
    (12, "twelve zwölf doce douze"),
    (14, "fourteen vierzehn catorce quatorze"),
    (15, "fifteen fünfzehn quince quinze"),
    (20, "twenty zwanzig veinte vingt"),
    (30, "thirty dreißig treinta trente"),
    (45, "forty-five fünfundvierzig"),
    (60, "sixty sechzig sesenta soixante"),
    (90, "ninety neunzig noventa"),
];

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds(u64),
    Months,
}

const DAY: u64 = 86_400;
const UNITS: &[(Unit, &str)] = &[
    (Unit::Seconds(60), "minute minutes minuten minutos"),
    (Unit::Seconds(3_600), "hour hours stunde stunden hora horas heure heures"),
    (Unit::Seconds(DAY), "day days tag tage tagen kalendertag kalendertage kalendertagen día días dia dias jour jours"),
    (Unit::Seconds(7 * DAY), "week weeks woche wochen semana semanas semaine semaines"),
    (Unit::Months, "month months monat monate monaten monats mes meses mois"),
];

/// Words after which a letter names its hour, or their beginnings.
const LEADS: &str = "effective until by before deadline suspend terminat ends end ended ending expire close cease ceasing discontinu \
    decommission shut delet remov cancel deactivat disabl bis spätestens frist endet gekündigt \
    gesperrt gelöscht eingestellt abgeschaltet beendet hasta antes plazo finaliza termina elimina \
    cierr cancela jusqu avant délai suspen résili ferme fermé supprim prendra";

/// What a letter does to us, or the beginnings of such words: "immediately" beside one means now.
const CUTS: &str = "effective effect suspend terminat close closi closu disabl remov revok cease ceasing delet block deactivat cancel \
    discontinu ends ending stops stopp restrict locke locki ban withdraw gekündigt gesperrt kündig sperr wirkung";

/// What a letter asks of us: "immediately" beside one is no hour.
const ACTS: &str = "download back backup export migrat move moving contact reply respond answer save saving copy \
    action act attention step steps pay remedy fix resolve update upgrade transfer review verify provide \
    submit appeal please login log";

/// Words between the parts of a time: "on Friday, the 4th of December, at 5 pm".
const BETWEEN: &str = "at on the of uhr um am den dem der de del el la las los a à le les ab kl heures horas hrs h";

/// Common words of languages that write the day first.
const DAY_FIRST: &str = "und der die das wird werden ihr ihre ihren nicht mit zum sie el los las su sus cuenta será para \
    usted que le les vous votre vos est sera nous compte avec pour";

fn has(list: &str, word: &str) -> bool {
    list.split(' ').any(|own| own == word)
}

/// Whether one of a list begins a word; short ones are whole words, for "by" begins "bypass".
fn begins(list: &str, word: &str) -> bool {
    list.split(' ').any(|own| if own.len() <= 4 { own == word } else { word.starts_with(own) })
}

pub(super) fn month(word: &str) -> Option<u32> {
    MONTHS.iter().position(|names| has(names, word)).and_then(|at| u32::try_from(at + 1).ok())
}

pub(super) fn weekday(word: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(_, names)| has(names, word)).map(|(day, _)| *day)
}

/// A number in digits or as a word.
pub(super) fn number(word: &str) -> Option<u64> {
    word.parse().ok().or_else(|| NUMBERS.iter().find(|(_, names)| has(names, word)).map(|(number, _)| *number))
}

pub(super) fn unit(word: &str) -> Option<Unit> {
    let word = word.trim_end_matches("'s").trim_end_matches(['\'', '’']);
    UNITS.iter().find(|(_, names)| has(names, word)).map(|(unit, _)| *unit)
}

pub(super) fn leads(word: &str) -> bool {
    begins(LEADS, word)
}

pub(super) fn cuts(word: &str) -> bool {
    begins(CUTS, word)
}

pub(super) fn asks(word: &str) -> bool {
    begins(ACTS, word)
}

pub(super) fn is_between(word: &str) -> bool {
    has(BETWEEN, word)
}

/// Whether a word is one of a language that writes the day first.
pub(super) fn is_day_first(word: &str) -> bool {
    has(DAY_FIRST, word)
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
