//! Words used in letters in English, German, Spanish and French, in lower case: names of days and months, numbers and
//! units, and words before a deadline.

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
    (40, "forty vierzig cuarenta quarante"),
    (45, "forty-five fünfundvierzig"),
    (50, "fifty fünfzig cincuenta cinquante"),
    (60, "sixty sechzig sesenta soixante"),
    (90, "ninety neunzig noventa"),
];

/// The unit of a number.
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
    (Unit::Seconds(14 * DAY), "fortnight fortnights"),
    (Unit::Months, "month months monat monate monaten monats mes meses mois"),
];

/// Words that precede a deadline, or their beginnings.
const LEADS: &str = "effective until by before deadline bis spätestens frist hasta antes plazo límite jusqu avant délai d'ici \
    prendra latest";

/// Words for suspending, ending, stopping or taking down. Those of five letters or more match as prefixes.
const ENDS: &str = "suspend suspension terminat end ends ended ending expir close closes closed closing closure cease ceases \
    ceasing stop stops stopped stopping halt halts halted discontinu decommission shut shuts shutting shutdown sunset retire retired retires retirement \
    remov delist unpublish cancel deactivat disabl block blocked blocks revok withdraw withheld restrict lock locked locks freeze freezes frozen \
    banned bans ban cutoff cut cuts disconnect unplug offline off unavailable evict eject expel lose loses pull pulled pulls \
    taken turned switched paused pause pauses reject rejected refuse refused \
    gekündigt kündig kündigung gesperrt sperr sperrung sperre eingestellt einstell einstellung stellen stellt abgeschaltet abschalt schalten schaltet \
    beendet beenden beendigung endet enden ende geschlossen schließ schließen entfernt entfern deaktivier gestoppt stoppen stoppt eingefroren blockier \
    ausgesetzt aussetz entzogen widerruf abgelaufen ablauf läuft erlischt auslaufen ausgelistet trennen getrennt \
    suspen cerrar cerrad cierr cierre desactiv finaliz termina rescind cancelar cancel bloque dejar dejará dejarán dejaremos retir caduc vence \
    vencer interrump detien detendr detener congel expuls baja corte cortar cortaremos inhabilit deshabilit cese cesa cesan cesen corta cortan cesar cesará cesarán \
    résili ferme fermé fermer fermé fermeture désactiv arrêt arrêté arrête coupé coupé couper coupure coupée bloqu interromp interrompu cess cesse cessera cesseront \
    clôtur retir retiré retirée prend prendra gelé gelés gelée débranch fermons fermerons fermera fermerez \
    eol eos end-of-life null-route null-routed nullroute blackhole blackholed";

/// Words for deletion: either of an account, which is its end, or of data, which happens after the end.
const DELETES: &str = "delet erase erasing erasure purge purged wipe wiped destroy gelöscht löschen löschung löscht vernichtet elimin borra borrar \
    borrará borrarán suprim destru supprim effac détrui";

/// Words for what is deleted after the end.
const DATA: &str = "data backup backups file files content contents copies records logs history snapshots daten datei dateien inhalte inhalten \
    sicherungen datos archivos contenido contenidos copias données fichiers contenu contenus sauvegardes";

/// Words that do not mean a cut-off: appeals, access that is kept, grace periods, calls, bills.
const KEEPS: &str = "appeal appeals appealed dispute disput objection contest keep keeps kept retain retains retained remain remains continue continues \
    grace download downloads export exports restore recover reactivate reinstate available accessible renew renews renewal renewed invoice charge charged \
    call meeting webinar maintenance \
    einspruch widerspruch widersprechen beschwerde behalten behält weiterhin nutzbar verfügbar zugänglich herunterladen exportieren wiederherstellen kulanz \
    karenz nachfrist verlängert verlängerung rechnung wartung \
    apelar apelación apelacion recurso recurrir impugnar conserv mantendr mantener seguir seguirá seguirán disponible disponibles gracia descargar exportar \
    recuperar renueva renovar renovación factura llamada reunión \
    appel recours contester conserv garder gardez garderez gardent continuer continuez conserverez disponible accessible sursis grâce télécharg \
    exporter récupérer renouvel facture réunion";

/// Words for a condition before the consequence: "unless you appeal by then, we close".
const CONDITIONS: &str =
    "unless otherwise else or if falls sonst andernfalls oder wenn sofern sinon faute sauf si salvo contrario o ou";

/// Words that negate keeping.
const NOT: &str = "not no longer cannot can't nicht kein keine ya ne plus nunca";

/// Words that begin another part of a sentence.
const JOINS: &str = "and then but while whereas und dann aber während y luego pero mientras et puis mais tandis";

/// Words for all times in a letter, as in "all times are in UTC".
const TIMES: &str = "times zeiten zeitangaben uhrzeiten horas horarios heures horaires timezone";

/// Words for what the vendor does to an account, or their beginnings: "immediately" near one means now.
const CUTS: &str = "effective effect suspend terminat close closi closu disabl remov revok cease ceasing delet block deactivat cancel \
    discontinu ends ending stop stops stopp restrict locke locki ban withdraw gekündigt gesperrt kündig sperr wirkung";

/// Words for what the vendor asks the reader to do: "immediately" near one is not a deadline.
const ACTS: &str = "download back backup export migrat move moving contact reply respond answer save saving copy \
    action act attention step steps pay remedy fix resolve update upgrade transfer review verify provide \
    submit appeal please login log";

/// Words between the parts of a time: "on Friday, the 4th of December, at 5 pm".
const BETWEEN: &str = "at on the of uhr um am den dem der de del el la las los al a à au le les ab kl heures horas hrs h sharp precisely exactly";

/// Days of the month as words, the first of it first.
const ORDINALS: &str = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth \
    fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third \
    twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first";

/// Words before a number that is a reference, not a date: "clause 3.1.27", "version 12.10.2026".
const REFERENCES: &str = "section sections clause article version release paragraph chapter ticket order invoice case ref reference call \
    phone ziffer abschnitt artikel absatz paragraf paragraph nummer nr bestellung rechnung cláusula sección artículo versión apartado \
    pedido factura chapitre commande facture python node php ruby java";

/// Words with a capital, at the beginning of a sentence or a line, that may stand before a weekday.
const BEFORE_WEEKDAY: &str = "this that from starting beginning since coming following next nächsten nächster nächste nächstem ab diesen dieser \
    kommenden kommender ce prochain este próximo and und y et or then is im date deadline noon midnight morning afternoon evening \
    tonight today later only thru through seit schon";

/// Words which show that a weekday is not a future day: a habit, the past, or the name of a feast or a sale.
const NO_DAY: &str = "every each all any jeden jeder cada todos chaque tous past letzten letzter vergangenen vergangener previous black \
    cyber good giving casual super ash maundy easter whit palm shrove fat blue jour";

/// Words about offers, prices, bills and maintenance. If these end or change, the account does not end.
const OFFERS: &str = "sale sales offer offers discount discounts deal deals coupon promo promotion price prices pricing % billing bill \
    newsletter angebot angebote rabatt rabatte aktion preis preise preisen oferta ofertas descuento promoción precio precios tarifa \
    offre offres remise prix solde soldes maintenance wartung wartungsarbeiten mantenimiento";

/// Words for the end of anything, even of an offer, unlike "suspend" or "close".
const ANY_END: &str = "end ends ended ending off expire expires expired expiring expiration stop stops endet enden ende endete läuft abgelaufen termina finaliza vence vencen vencer caduca caducan \
    unavailable";

/// Words at the beginning of a sentence that refer to the one before it: "Otherwise we close it", "Then we close it".
const REFERS_BACK: &str = "otherwise else failure sonst andernfalls ansonsten sinon contrario failing then thereafter afterwards danach dann entonces \
    después alors ensuite après after following that";

/// Common words of languages that write the day first.
const DAY_FIRST: &str = "und der die das wird werden ihr ihre ihren nicht mit zum sie el los las su sus cuenta será para \
    usted que le les vous votre vos est sera nous compte avec pour";

fn has(list: &str, word: &str) -> bool {
    list.split(' ').any(|own| own == word)
}

/// Whether an entry of the list is a prefix of the word. Short entries must match whole words, because "by" begins
/// "bypass".
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
    let named = |word: &str| NUMBERS.iter().find(|(_, names)| has(names, word)).map(|(number, _)| *number);
    // Numbers such as "forty-eight".
    let joined = || {
        let (tens, ones) = word.split_once('-')?;
        let (tens, ones) = (named(tens)?, named(ones)?);
        (tens >= 20 && tens.is_multiple_of(10) && (1..10).contains(&ones)).then_some(tens + ones)
    };
    word.parse().ok().or_else(|| named(word)).or_else(joined)
}

pub(super) fn unit(word: &str) -> Option<Unit> {
    let word = word.trim_end_matches("'s").trim_end_matches(['\'', '’']);
    UNITS.iter().find(|(_, names)| has(names, word)).map(|(unit, _)| *unit)
}

/// The day of the month that a word names: "twenty-fourth".
pub(super) fn ordinal(word: &str) -> Option<u32> {
    ORDINALS.split(' ').position(|own| own == word).and_then(|at| u32::try_from(at + 1).ok())
}

/// Whether the number after this word is a reference.
pub(super) fn refers(word: &str) -> bool {
    has(REFERENCES, word)
}

/// Whether the word may precede a weekday although it begins with a capital.
pub(super) fn may_precede_a_weekday(word: &str) -> bool {
    has(BEFORE_WEEKDAY, word)
        || is_between(word)
        || leads(word)
        || cuts_off(word)
        || weekday(word).is_some()
        || month(word).is_some()
        || word.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether the word shows that a weekday after it is not a future day.
pub(super) fn before_no_day(word: &str) -> bool {
    has(NO_DAY, word)
}

/// Whether the word is about an offer, a price or a bill.
pub(super) fn offers(word: &str) -> bool {
    has(OFFERS, word)
}

/// Whether the word says that something ends, possibly only an offer.
pub(super) fn ends_anything(word: &str) -> bool {
    has(ANY_END, word)
}

/// Whether a sentence that begins with the word continues the one before it.
pub(super) fn refers_back(word: &str) -> bool {
    has(REFERS_BACK, word)
}

pub(super) fn leads(word: &str) -> bool {
    begins(LEADS, word)
}

/// Whether the word says that something ends other than by deletion.
pub(super) fn ends_something(word: &str) -> bool {
    begins(ENDS, word)
}

pub(super) fn deletes(word: &str) -> bool {
    begins(DELETES, word)
}

/// Whether the word says that something ends or is deleted.
pub(super) fn cuts_off(word: &str) -> bool {
    ends_something(word) || deletes(word)
}

pub(super) fn is_data(word: &str) -> bool {
    has(DATA, word)
}

/// Whether the word indicates something other than a cut-off: an appeal, or access that is kept.
pub(super) fn keeps(word: &str) -> bool {
    begins(KEEPS, word)
}

pub(super) fn on_condition(word: &str) -> bool {
    has(CONDITIONS, word)
}

pub(super) fn negates(word: &str) -> bool {
    has(NOT, word)
}

pub(super) fn joins(word: &str) -> bool {
    has(JOINS, word)
}

/// Whether the word refers to all times in the letter.
pub(super) fn says_times(word: &str) -> bool {
    has(TIMES, word)
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

/// Whether the word is from a language that writes the day first.
pub(super) fn is_day_first(word: &str) -> bool {
    has(DAY_FIRST, word)
}

/// The name of a month, as used in questions.
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
