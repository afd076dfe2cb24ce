use super::*;

/// Saturday 9 January 2021, 16:10 in Seattle.
fn received() -> Time {
    Time::parse("2021-01-09T16:10:00-08:00").unwrap()
}

fn at(text: &str) -> String {
    match read(text, received(), chrono_tz::Europe::Berlin) {
        Ok(deadline) => deadline.at.rfc3339(),
        Err(why) => why,
    }
}

#[test]
fn the_letter_of_2021_is_read() {
    let letter = "Because Parler cannot comply with our terms of service and poses a very real risk to public \
                  safety, we plan to suspend Parler's account effective Sunday, January 10th, at 11:59PM PST.";
    let deadline = read(letter, received(), chrono_tz::UTC).unwrap();
    assert_eq!(deadline.read_back(received()), "Sun 10 Jan 2021 23:59 PST (Mon 11 Jan 2021 07:59 UTC), in 1 d 7 h.");
}

#[test]
fn the_usual_ways_to_name_an_hour_are_read() {
    for (text, wanted) in [
        ("Sun 23:59 PST", "2021-01-11T07:59:00Z"),
        ("ends on 2021-01-10T23:59-08:00.", "2021-01-11T07:59:00Z"),
        ("on 12 January 2021 at 17:00 UTC", "2021-01-12T17:00:00Z"),
        ("January 12, 2021 5 p.m. ET", "2021-01-12T22:00:00Z"),
        ("until 12.01.2021 12:00 CET", "2021-01-12T11:00:00Z"),
        ("by 2021-01-12 12:00 GMT+2", "2021-01-12T10:00:00Z"),
        ("tomorrow at noon Pacific Time", "2021-01-10T20:00:00Z"),
        ("within 24 hours", "2021-01-11T00:10:00Z"),
        ("you have 30 days to move", "2021-02-09T00:10:00Z"),
        ("Monday midnight UTC", "2021-01-11T00:00:00Z"),
        ("tonight at 9pm PST", "2021-01-10T05:00:00Z"),
        ("by end of business Friday", "2021-01-15T16:00:00Z"),
        ("before the close of business on January 12, 2021 PST", "2021-01-13T01:00:00Z"),
        ("ends Jan 31", "2021-01-30T23:00:00Z"),
        ("effective Jan. 10 at 5:00 PM PST", "2021-01-11T01:00:00Z"),
        ("comply by midnight PST or we suspend you", "2021-01-10T08:00:00Z"),
        ("Friday at 17:00 Central European Time", "2021-01-15T16:00:00Z"),
        ("Sunday 23:59 UTC +2", "2021-01-10T21:59:00Z"),
        ("Sunday 23:59 GMT -8", "2021-01-11T07:59:00Z"),
        ("Sunday 23:59 -0800", "2021-01-11T07:59:00Z"),
        (
            "we found it at 2021-01-05T10:00:00Z. Your account is suspended on January 12, 2021 at 17:00 UTC",
            "2021-01-12T17:00:00Z",
        ),
        ("as our email of January 8 at 10:00 PST went unanswered, service stops in 24 hours", "2021-01-11T00:10:00Z"),
    ] {
        assert_eq!(at(text), wanted, "{text}");
    }
}

#[test]
fn zones_in_words_and_dates_in_four_languages_are_read() {
    for (text, wanted) in [
        ("January 12, 2021 at 5:00 PM Coordinated Universal Time", "2021-01-12T17:00:00Z"),
        ("January 12, 2021 at 5:00 PM Greenwich Mean Time", "2021-01-12T17:00:00Z"),
        ("12 January 2021 17:00 Zulu", "2021-01-12T17:00:00Z"),
        ("12 January 2021 17:00 Pacific Standard Time", "2021-01-13T01:00:00Z"),
        ("12 January 2021 17:00 India Standard Time", "2021-01-12T11:30:00Z"),
        ("12 January 2021, 5 pm London time", "2021-01-12T17:00:00Z"),
        ("12 January 2021, 5 pm New York time", "2021-01-12T22:00:00Z"),
        ("on 12 January 2021 UTC 17:00", "2021-01-12T17:00:00Z"),
        ("decommissioned on 2021/01/12.", "2021-01-11T23:00:00Z"),
        ("shut down 2021/01/12 12:00 UTC", "2021-01-12T12:00:00Z"),
        ("12-Jan-2021 17:00 UTC", "2021-01-12T17:00:00Z"),
        ("will be on May 26 of 2021.", "2021-05-25T22:00:00Z"),
        ("Tuesday 12/01/2021 17:00 UTC", "2021-01-12T17:00:00Z"),
        ("written on 01/13/2021, ends 02/01/2021 17:00 UTC", "2021-02-01T17:00:00Z"),
        ("Ihr Vertrag endet zum 31. Januar 2021.", "2021-01-30T23:00:00Z"),
        ("wird am 12.01.2021 um 12:00 Uhr MEZ abgeschaltet", "2021-01-12T11:00:00Z"),
        ("am Dienstag, den 12. Januar, um 17 Uhr gesperrt", "2021-01-12T16:00:00Z"),
        ("Sie haben binnen 14 Tagen zu antworten", "2021-01-24T00:10:00Z"),
        ("Su cuenta será suspendida el 12 de enero de 2021 a las 17:00 UTC", "2021-01-12T17:00:00Z"),
        ("la cuenta se cerrará el martes 12 de enero a las 5 de la tarde", "2021-01-12T16:00:00Z"),
        ("dentro de 48 horas", "2021-01-12T00:10:00Z"),
        ("votre compte sera fermé le mardi 12 janvier 2021 à 17h30", "2021-01-12T16:30:00Z"),
        ("votre compte sera fermé le 1er février 2021 à 17 h", "2021-02-01T16:00:00Z"),
        ("Votre service est arrêté le 02/03/2021 à 12h00", "2021-03-02T11:00:00Z"),
        ("dans un délai de 15 jours", "2021-01-25T00:10:00Z"),
        ("you have thirty (30) days", "2021-02-09T00:10:00Z"),
        ("within one month", "2021-02-10T00:10:00Z"),
        ("on 12 January 2021 at 1700 UTC", "2021-01-12T17:00:00Z"),
        ("el 12 de enero de 2021 a las 17:00 hora de Madrid", "2021-01-12T16:00:00Z"),
        ("le 12 janvier 2021 à 17h00 heure de Paris", "2021-01-12T16:00:00Z"),
        ("wird am Freitag, 15.01.2021, 17.30 Uhr gesperrt", "2021-01-15T16:30:00Z"),
        ("15/01/21 at 5pm UTC", "2021-01-15T17:00:00Z"),
        ("by 2021-01-12T17:00 we remove it", "2021-01-12T16:00:00Z"),
        ("by 2021-01-12 17:00:00-08:00 we remove it", "2021-01-13T01:00:00Z"),
        ("on 12 January 2021 at 1700Z.", "2021-01-12T17:00:00Z"),
        ("on 12 January 2021 at 17:00UTC", "2021-01-12T17:00:00Z"),
        ("Ihr Konto wird am 12.1. um 17 Uhr gesperrt", "2021-01-12T16:00:00Z"),
        ("Ihr Konto wird zum 15.02. geschlossen", "2021-02-14T23:00:00Z"),
        ("respond within 7 calendar days", "2021-01-17T00:10:00Z"),
        ("innerhalb von zwölf Kalendertagen", "2021-01-22T00:10:00Z"),
        ("en un plazo de 10 días naturales", "2021-01-20T00:10:00Z"),
        ("closes at the end of the month", "2021-01-30T23:00:00Z"),
        ("closes by end of February 2021 at noon UTC", "2021-02-28T12:00:00Z"),
        ("wird zum Monatsende abgeschaltet", "2021-01-30T23:00:00Z"),
        ("wird Ende März abgeschaltet", "2021-03-30T22:00:00Z"),
        ("se cierra a fin de mes", "2021-01-30T23:00:00Z"),
        ("service will end May 5, 2021 17:00 UTC", "2021-05-05T17:00:00Z"),
        ("el 12 de enero de 2021 a las 17:00 hora de España", "2021-01-12T16:00:00Z"),
        ("closed in 30 days, on 02/08/2021 17:00 UTC, not 02/28/2021", "2021-02-08T17:00:00Z"),
    ] {
        assert_eq!(at(text), wanted, "{text}");
    }
}

#[test]
fn what_we_shall_do_at_once_does_not_hide_when_it_ends() {
    let letter = "Please migrate or take a backup and download all your data immediately. We will begin terminating \
                  accounts this Friday, January 15th, at 17:00 UTC.";
    let deadline = read(letter, received(), chrono_tz::UTC).unwrap();
    assert_eq!(deadline.at.rfc3339(), "2021-01-15T17:00:00Z");
    assert_eq!(
        deadline.assumed,
        ["It also says \"immediately\", which plugwatch reads as a request to you, not as the time."]
    );
    assert_eq!(
        at("Immediate action required: we close your account on January 15 at 17:00 UTC"),
        "2021-01-15T17:00:00Z"
    );
}

#[test]
fn business_days_are_counted_and_said() {
    // It is Saturday in Seattle, but already Sunday in Berlin.
    let deadline = read("respond within 3 business days", received(), chrono_tz::Europe::Berlin).unwrap();
    assert_eq!(deadline.at.rfc3339(), "2021-01-13T00:10:00Z");
    assert_eq!(
        deadline.assumed,
        [
            "Counted from the time at which the letter arrived.",
            "plugwatch counts neither Saturdays nor Sundays as business days, and does not know holidays."
        ]
    );
    let range = read("within 3-5 working days", received(), chrono_tz::Europe::Berlin).unwrap();
    assert_eq!((range.at, range.assumed.len()), (deadline.at, 3));
}

#[test]
fn what_a_letter_ends_with_counts_more_than_what_it_begins_with() {
    let letter = "On January 11 at 10:00 UTC we spoke to your team. Your account will be closed effective \
                  January 15 at 18:00 UTC.";
    assert_eq!(at(letter), "2021-01-15T18:00:00Z");
}

#[test]
fn what_is_assumed_is_said() {
    let deadline = read("ends on Tuesday", received(), chrono_tz::Europe::Berlin).unwrap();
    assert_eq!(
        deadline.read_back(received()),
        "Tue 12 Jan 2021 00:00 Europe/Berlin (Mon 11 Jan 2021 23:00 UTC), in 1 d 22 h. \
         It names no time zone: plugwatch uses Europe/Berlin. It names no hour: plugwatch uses the beginning of that day."
    );
}

#[test]
fn what_cannot_be_known_is_asked() {
    for (text, wanted) in [
        ("we will suspend you", "plugwatch found no date in it"),
        ("on 3/4/2021 at 10:00", "3/4/2021 may be 3 April or 4 March: write the month as a word"),
        ("Sunday 10:00 IST", "IST is the time of India, Israel or Ireland: write it as UTC+5:30, UTC+2 or UTC+1"),
        (
            "on 1 January 2021",
            "Fri 1 Jan 2021 00:00 Europe/Berlin is earlier than the letter itself; if the cut-off has already happened, give no time",
        ),
        ("by the 15th at 5 PM EST", "5 pm est on which day? plugwatch does not understand `15th`"),
        ("the tenth at 17:00 UTC, 10jan", "17:00 utc on which day? plugwatch does not understand `10jan`"),
        ("on 1 March 2028 at 17:00 UTC", "Wed 1 Mar 2028 17:00 UTC is more than a year away"),
        ("Sunday, January 11 at 10:00 UTC", "11 January 2021 is a Mon, not a Sun. Which day is right?"),
        ("Sunday 17:00 NPT", "NPT is not a time zone that plugwatch knows: write it as an offset, such as UTC+1"),
        (
            "Sunday 5 PM Samoa Standard Time",
            "samoa standard time is not a time zone that plugwatch knows: write it as an offset, such as UTC+1",
        ),
        ("Your account ends next Monday at 10:00 UTC", "next Mon may be 11 January or 18 January: write the date"),
        (
            "Ihr Konto endet nächsten Montag um 10:00 Uhr UTC",
            "next Mon may be 11 January or 18 January: write the date",
        ),
        ("We suspend you immediately.", at_once::QUESTION),
        ("Please save your data immediately.", at_once::QUESTION),
        ("Effective immediately you are suspended. You have 30 days to download your data.", at_once::QUESTION),
    ] {
        assert_eq!(at(text), wanted, "{text}");
    }
}

/// Saturday 9 January 2021, with UTC as the usual zone.
fn reads(text: &str) -> (String, Vec<String>) {
    match read(text, received(), chrono_tz::UTC) {
        Ok(deadline) => (deadline.at.rfc3339(), deadline.assumed),
        Err(why) => (why, Vec::new()),
    }
}

/// Letters with several dates, and the date of the cut-off.
const CUTS: &[(&str, &str)] = &[
    (
        "Shop Birke will be suspended on 15 January 2021. Its data will be erased on 29 January 2021 at 18:00 UTC.",
        "2021-01-15T00:00:00Z",
    ),
    (
        "Your keys stop on January 15, 2021. You may dispute this until February 1, 2021 at 20:00 UTC.",
        "2021-01-15T00:00:00Z",
    ),
    ("Listing removed on Jan 15, 2021. Buyers keep access until Feb 28, 2021 at 11:00 PM PT.", "2021-01-15T00:00:00Z"),
    (
        "Your sender is blocked on January 15, 2021; the console closes on January 22, 2021 at 09:00 UTC.",
        "2021-01-15T00:00:00Z",
    ),
    (
        "Ihr Zugang wird am 15. Januar 2021 deaktiviert. Alle Dateien werden am 1. Februar 2021 um 9:00 Uhr MEZ vernichtet.",
        "2021-01-15T00:00:00Z",
    ),
    (
        "Am 15. Januar 2021 stellen wir die Zustellung ein, am 29. Januar 2021 um 12 Uhr MEZ wird das Konto gelöscht.",
        "2021-01-14T23:00:00Z",
    ),
    (
        "Su tienda será bloqueada el 15 de enero de 2021. Los archivos se borrarán el 1 de febrero de 2021 a las 10:00 UTC.",
        "2021-01-15T00:00:00Z",
    ),
    (
        "Votre boutique sera bloquée le 15 janvier 2021. Vos fichiers seront effacés le 1er février 2021 à 10h00 UTC.",
        "2021-01-15T00:00:00Z",
    ),
    ("Refunds stop on January 15, 2021. The account is terminated on February 15, 2021.", "2021-01-15T00:00:00Z"),
    ("Uploads end on 15 January 2021 and the bucket is closed on 30 January 2021.", "2021-01-15T00:00:00Z"),
    ("Les envois cessent le 15 janvier 2021 ; le compte sera résilié le 15 février 2021.", "2021-01-15T00:00:00Z"),
    ("Los pagos cesan el 15 de enero de 2021. La cuenta se cierra el 15 de febrero de 2021.", "2021-01-15T00:00:00Z"),
    ("Zahlungen enden am 15. Januar 2021. Das Konto wird am 15. Februar 2021 geschlossen.", "2021-01-15T00:00:00Z"),
    (
        "A webinar is held on 12 January 2021 at 10:00 UTC. Version 1 is retired on 20 January 2021.",
        "2021-01-20T00:00:00Z",
    ),
    (
        "Your plan renews on 12 January 2021. Without payment the service is disabled on 20 January 2021.",
        "2021-01-20T00:00:00Z",
    ),
    (
        "Unless you appeal by 15 January 2021 at 12:00 UTC, we close the shop. Backups are wiped on 29 January 2021 at 18:00 UTC.",
        "2021-01-15T12:00:00Z",
    ),
    (
        "The feed is no longer available after 15 January 2021. Archives are deleted on 29 January 2021 at 18:00 UTC.",
        "2021-01-15T00:00:00Z",
    ),
    (
        "We delete your data on 2021-01-29T18:00:00Z. The account is suspended on 15 January 2021.",
        "2021-01-15T00:00:00Z",
    ),
    (
        "The account closes on 15 January 2021. The closure takes place on 15 January 2021 at 17:00 UTC.",
        "2021-01-15T17:00:00Z",
    ),
    (
        "- 15 January 2021: uploads are disabled\n- 29 January 2021 18:00 UTC: the account is closed",
        "2021-01-15T00:00:00Z",
    ),
];

#[test]
fn the_date_that_ends_something_wins_over_a_later_one_with_an_hour() {
    for (text, wanted) in CUTS {
        assert_eq!(reads(text).0, *wanted, "{text}");
    }
}

#[test]
fn the_other_dates_are_said() {
    let (_, assumed) =
        reads("Refunds stop on January 15, 2021. The account is terminated on February 15, 2021 at 17:00 UTC.");
    assert_eq!(assumed.last().unwrap(), "It also names Mon 15 Feb 2021 17:00 UTC: plugwatch uses the earlier date.");
    let (_, assumed) =
        reads("The shop closes on 15 January 2021 at 17:00 UTC. You may appeal until 29 January 2021 at 17:00 UTC.");
    assert_eq!(assumed, ["It also names Fri 29 Jan 2021 17:00 UTC, for something else."]);
}

#[test]
fn midnight_of_a_day_is_its_beginning_and_said() {
    for text in [
        "The feed ends at midnight UTC on January 15, 2021.",
        "Der Zugang endet am 15. Januar 2021 um Mitternacht (UTC).",
        "La tienda se cierra el 15 de enero de 2021 a medianoche UTC.",
        "La boutique ferme le 15 janvier 2021 à minuit UTC.",
        "The feed ends at 12:00 a.m. (midnight) on January 15, 2021, UTC.",
    ] {
        let wanted =
            ("2021-01-15T00:00:00Z".to_owned(), vec!["Midnight is read as the beginning of Fri 15 Jan.".to_owned()]);
        assert_eq!(reads(text), wanted, "{text}");
    }
    // Today's midnight has passed.
    assert_eq!(reads("Ends on January 10, 2021 at midnight UTC.").1, ["Midnight is read as the end of Sun 10 Jan."]);
    assert_eq!(reads("Der Zugang endet am 15.01.2021 um 24:00 Uhr UTC.").0, "2021-01-16T00:00:00Z");
    assert_eq!(reads("Ends January 15, 2021 at 12 noon UTC").0, "2021-01-15T12:00:00Z");
    assert_eq!(reads("se cierra el viernes 15 ene 2021 al mediodía UTC").0, "2021-01-15T12:00:00Z");
}

#[test]
fn zones_in_words_are_read_in_four_languages() {
    for (text, wanted) in [
        ("se cierra el 15 de enero de 2021 a las 12:00, hora de Europa Central", "2021-01-15T11:00:00Z"),
        ("ferme le 15 janvier 2021 à 12h, heure d'Europe centrale", "2021-01-15T11:00:00Z"),
        ("ferme le 15 janvier 2021 à 12 h (heure française)", "2021-01-15T11:00:00Z"),
        ("endet am 15. Januar 2021 um 12:00 Uhr Wiener Zeit", "2021-01-15T11:00:00Z"),
        ("endet am 15. Januar 2021 um 12:00 Uhr (New Yorker Zeit)", "2021-01-15T17:00:00Z"),
        ("endet am 15. Januar 2021 um 12:00 Uhr österreichischer Zeit", "2021-01-15T11:00:00Z"),
        ("endet am 15. Januar 2021 um 12:00 Uhr Moskauer Zeit", "2021-01-15T09:00:00Z"),
        ("endet am 15. Januar 2021 um 12:00 Uhr pazifischer Zeit", "2021-01-15T20:00:00Z"),
        ("se cierra el 15 de enero de 2021 a las 12:00 hora del Pacífico", "2021-01-15T20:00:00Z"),
        ("ferme le 15 janvier 2021 à 12h00, heure du Pacifique", "2021-01-15T20:00:00Z"),
        ("ferme le 15 janvier 2021 à 12h00 (heure de Montréal)", "2021-01-15T17:00:00Z"),
        ("se cierra el 15 de enero de 2021 a las 12:00, hora colombiana", "2021-01-15T17:00:00Z"),
        ("se retira el 15 de enero de 2021 a las 9:00 p. m. hora de la Ciudad de México", "2021-01-16T03:00:00Z"),
        ("ends on January 15, 2021, 12:00 AoE", "2021-01-16T00:00:00Z"),
        ("ends on January 15, 2021 at 12:00 UTC + 1.", "2021-01-15T11:00:00Z"),
        ("ends on January 15, 2021 at 12:00 (UTC \u{2212} 5)", "2021-01-15T17:00:00Z"),
        ("ends on January 15, 2021 at 12:00 UTC\u{2212}5", "2021-01-15T17:00:00Z"),
        ("ends on January 15, 2021 at 12:00 in Eastern Time", "2021-01-15T17:00:00Z"),
        ("All times are Eastern Time. The feed ends on January 15, 2021 at 12:00.", "2021-01-15T17:00:00Z"),
        ("The feed ends on January 15, 2021 at 12:00. Alle Zeiten in MEZ.", "2021-01-15T11:00:00Z"),
        ("The feed ends on January 15, 2021 (UTC)", "2021-01-15T00:00:00Z"),
        (
            "La boutique sera fermée le 15 janvier 2021 à 17h00 et vos clients ne pourront plus la voir du tout.",
            "2021-01-15T17:00:00Z",
        ),
    ] {
        let (at, assumed) = reads(text);
        assert_eq!(at, wanted, "{text}");
        let french = text.contains("pourront");
        assert!(french || !assumed.iter().any(|what| what.contains("no time zone")), "{text}: {assumed:?}");
    }
}

#[test]
fn a_zone_that_is_not_known_is_asked_with_its_words() {
    for (text, wanted) in [
        ("ends on January 15, 2021 at 12:00 Utopia time", "utopia time"),
        ("ends on January 15, 2021 at 12:00 local time", "local time"),
        ("endet am 15. Januar 2021 um 12:00 Uhr Ortszeit", "ortszeit"),
        ("endet am 15. Januar 2021 um 12:00 Uhr Atlantiser Zeit.", "atlantiser zeit"),
        ("se cierra el 15 de enero de 2021 a las 12:00, hora de Macondo.", "hora de macondo"),
        ("ferme le 15 janvier 2021 à 12h00, heure locale.", "heure locale"),
        ("ends on January 15, 2021 at 12:00 (Narnia)", "narnia"),
        ("ends on January 15, 2021 at 12:00 XQT", "XQT"),
    ] {
        let wanted = format!("{wanted} is not a time zone that plugwatch knows: write it as an offset, such as UTC+1");
        assert_eq!(reads(text).0, wanted, "{text}");
    }
}

#[test]
fn what_is_assumed_of_hours_and_days_is_said() {
    let business = "plugwatch counts neither Saturdays nor Sundays as business days, and does not know holidays.";
    for (text, at, said) in [
        (
            "before the close of business on January 15, 2021 UTC",
            "2021-01-15T17:00:00Z",
            "Close of business is read as 17:00.",
        ),
        ("by end of day on January 15, 2021 UTC", "2021-01-15T17:00:00Z", "The end of the day is read as 17:00."),
        ("bis Geschäftsschluss am 15. Januar 2021 UTC", "2021-01-15T17:00:00Z", "Close of business is read as 17:00."),
        (
            "ends at 7 o'clock UTC on January 15, 2021",
            "2021-01-15T07:00:00Z",
            "The hour is read as before noon, the earlier of the two.",
        ),
        ("Sie haben 3 Werktage, danach wird gesperrt.", "2021-01-13T00:10:00Z", business),
        ("Nach 3 Werktagen wird gesperrt.", "2021-01-13T00:10:00Z", business),
        ("Tiene 4 días hábiles para responder o cerraremos su tienda.", "2021-01-14T00:10:00Z", business),
        ("Vous avez 4 jours ouvrés pour répondre.", "2021-01-14T00:10:00Z", business),
        ("We close it 4 business days from today.", "2021-01-14T00:10:00Z", business),
        (
            "Su dominio y su correo vencen el 10/02/2021 a las 10:00 UTC.",
            "2021-02-10T10:00:00Z",
            "plugwatch reads the day before the month, as is usual in the letter's language.",
        ),
    ] {
        let (read, assumed) = reads(text);
        assert_eq!(read, at, "{text}");
        assert!(assumed.iter().any(|what| what == said), "{text}: {assumed:?}");
    }
    assert_eq!(reads("We close it 30 days from the date of this letter.").0, "2021-02-09T00:10:00Z");
    assert_eq!(reads("ends at 7 o'clock in the evening UTC on January 15, 2021").0, "2021-01-15T19:00:00Z");
    assert_eq!(
        reads("Your bill is 30 days overdue. The shop closes on 15 January 2021 at 17:00 UTC.").0,
        "2021-01-15T17:00:00Z"
    );
}
