//! Letters of invented vendors, to test what is read as a cut-off and what is not.

use super::*;

/// The reading of a letter that arrived on Monday 1 March 2027, 08:00 UTC.
fn reads(text: &str) -> String {
    let received = Time::parse("2027-03-01T08:00:00Z").unwrap();
    match cut_off(text, received, chrono_tz::UTC) {
        Ok(deadline) => deadline.at.rfc3339(),
        Err(why) => why,
    }
}

#[track_caller]
fn are_read(letters: &[(&str, &str)]) {
    for (text, wanted) in letters {
        assert_eq!(reads(text), *wanted, "{text}");
    }
}

#[track_caller]
fn are_asked(letters: &[(&str, &str)]) {
    for (text, wanted) in letters {
        let why = reads(text);
        assert!(why.contains(wanted) && Time::parse(&why).is_none(), "{text}: {why}");
    }
}

#[test]
fn a_year_of_the_last_century_is_a_year() {
    are_asked(&[
        ("We close your shop. Birke Hosting, founded on 7 June 1994.", "Tue 7 Jun 1994"),
        ("Wir kündigen den Vertrag vom 2. April 1999.", "Fri 2 Apr 1999"),
        ("We close your shop, opened 04/13/1998.", "Mon 13 Apr 1998"),
    ]);
    are_read(&[("Your shop of 7 June 1998 is closed on 12 March 2027.", "2027-03-12T00:00:00Z")]);
}

#[test]
fn a_feast_a_habit_or_a_past_day_is_no_weekday_ahead() {
    for text in [
        "Our Green Tuesday offer is here. We will close your shop.",
        "Cyber Monday was great! We will close your shop.",
        "You get this every Tuesday. We will close your shop.",
        "Jeden Freitag um neun. Wir schließen Ihren Shop.",
        "We wrote last Thursday. We will close your shop.",
        "Nous avons écrit jeudi dernier. Nous fermerons votre boutique.",
        "Guten Morgen! Wir schließen Ihren Shop.",
        "Bis morgen! Wir schließen Ihren Shop.",
        "Hasta mañana. Cerraremos su tienda.",
        "Le llamamos esta mañana. Cerraremos su tienda.",
        "À demain ! Nous fermerons votre boutique.",
        "You may 6 times object. We may close your shop.",
        "Section 4.2.27: we will close your shop.",
    ] {
        assert_eq!(reads(text), NONE, "{text}");
    }
    are_read(&[
        ("Your shop closes this Friday at 17:00 UTC.", "2027-03-05T17:00:00Z"),
        ("Starting Friday, your keys stop working.", "2027-03-05T00:00:00Z"),
        ("SERVICE ENDS FRIDAY 5 PM UTC", "2027-03-05T17:00:00Z"),
        ("Morgen um 9 Uhr UTC schließen wir Ihren Shop.", "2027-03-02T09:00:00Z"),
    ]);
}

#[test]
fn days_that_are_counted_are_computed() {
    are_read(&[
        ("Your shop closes on the second Tuesday of April 2027.", "2027-04-13T00:00:00Z"),
        ("Ihr Shop schließt am letzten Freitag im April.", "2027-04-30T00:00:00Z"),
        ("La tienda cierra el primer lunes de abril de 2027.", "2027-04-05T00:00:00Z"),
        ("La boutique ferme le dernier vendredi de mars.", "2027-03-26T00:00:00Z"),
        ("Your shop closes on Thursday week.", "2027-03-11T00:00:00Z"),
        ("Your shop closes the day after tomorrow.", "2027-03-03T00:00:00Z"),
        ("If you do not agree to the new price this week, we will close your shop.", "2027-03-07T00:00:00Z"),
        ("Pay by the end of the week, or your shop will be closed.", "2027-03-07T00:00:00Z"),
        ("Ihr Shop wird übermorgen geschlossen.", "2027-03-03T00:00:00Z"),
        ("La tienda se cierra pasado mañana.", "2027-03-03T00:00:00Z"),
        ("La boutique ferme après-demain.", "2027-03-03T00:00:00Z"),
        ("Your shop closes 20 days after 5 March 2027.", "2027-03-25T00:00:00Z"),
        ("Your shop closes 10 days after the due date of 5 March 2027 at 12:00 UTC.", "2027-03-15T12:00:00Z"),
        ("Ihr Shop wird 20 Tage nach dem 5. März 2027 geschlossen.", "2027-03-25T00:00:00Z"),
        ("La tienda se cierra 20 días después del 5 de marzo de 2027.", "2027-03-25T00:00:00Z"),
        ("La boutique ferme 20 jours après le 5 mars 2027.", "2027-03-25T00:00:00Z"),
        ("Two business days before 15 March 2027 your keys stop.", "2027-03-11T00:00:00Z"),
        ("Your shop closes the day before 15 March 2027.", "2027-03-14T00:00:00Z"),
        ("Your shop closes a month after 5 March 2027.", "2027-04-05T00:00:00Z"),
        ("The plan ends on the 31st day of March, 2027.", "2027-03-31T00:00:00Z"),
        ("The plan ends on the twenty-second of March 2027.", "2027-03-22T00:00:00Z"),
        ("La boutique ferme à la fin du mois d'avril.", "2027-04-30T00:00:00Z"),
        // The day on which data is erased is not the day on which the shop closes.
        ("Files are erased 30 days after we close your shop on 8 March 2027.", "2027-03-08T00:00:00Z"),
    ]);
    are_asked(&[("Your shop closes on Friday the 12th.", "Fri the 12th of which month?")]);
    are_asked(&[("Your shop closes 9 days after the renewal on 5 March 2027.", "9 days after the renewal on 5")]);
}

#[test]
fn what_takes_a_cut_off_back_sets_none() {
    for text in [
        "We have withdrawn our notice of 20 February 2027. Your shop stays open on 12 March 2027.",
        "Your shop will not be closed on 12 March 2027.",
        "We have decided not to close your shop on 12 March 2027.",
        "The closure planned for 12 March 2027 will not take place.",
        "The closure of your shop on 12 March 2027 has been cancelled.",
        "Die für den 12. März 2027 angekündigte Schließung wird nicht durchgeführt.",
        "Wir nehmen unsere Kündigung vom 20. Februar 2027 zurück.",
        "Ihr Shop wird nicht gesperrt.",
        "La fermeture prévue le 12 mars 2027 est annulée.",
        "La fermeture du 12 mars 2027 n'aura pas lieu.",
        "Queda anulado el cierre previsto para el 12 de marzo de 2027.",
        "No cerraremos su tienda el 12 de marzo de 2027.",
    ] {
        assert!(reads(text).contains("withdraw a cut-off"), "{text}: {}", reads(text));
    }
    are_read(&[
        ("Your files will not be deleted. Your shop will be closed on 12 March 2027.", "2027-03-12T00:00:00Z"),
        ("Your plan was not renewed and ends on 12 March 2027.", "2027-03-12T00:00:00Z"),
        ("If you do not pay by 12 March 2027, your shop is closed.", "2027-03-12T00:00:00Z"),
        ("We will not close your shop before 12 March 2027.", "2027-03-12T00:00:00Z"),
        ("By this notice your plan is cancelled on 12 March 2027.", "2027-03-12T00:00:00Z"),
        ("This decision will not be reversed: your shop closes on 12 March 2027.", "2027-03-12T00:00:00Z"),
        ("We close your shop on 12 March 2027 unless we withdraw this notice.", "2027-03-12T00:00:00Z"),
        ("The service will no longer be available after 12 March 2027.", "2027-03-12T00:00:00Z"),
    ]);
}

#[test]
fn a_cut_off_that_moves_is_the_new_one() {
    are_read(&[
        ("The closure has been postponed from 12 March 2027 to 26 March 2027.", "2027-03-26T00:00:00Z"),
        ("The closure planned for 12 March 2027 has been brought forward to 5 March 2027.", "2027-03-05T00:00:00Z"),
        ("Die Schließung wird vom 12. März 2027 auf den 26. März 2027 verschoben.", "2027-03-26T00:00:00Z"),
        ("La fermeture prévue le 12 mars 2027 est reportée au 26 mars 2027.", "2027-03-26T00:00:00Z"),
        ("El cierre del 12 de marzo de 2027 se aplaza al 26 de marzo de 2027.", "2027-03-26T00:00:00Z"),
        ("We delay the closure, originally scheduled for 12 March 2027, to 26 March 2027.", "2027-03-26T00:00:00Z"),
        ("Instead of 5 March 2027, your shop closes on 12 March 2027.", "2027-03-12T00:00:00Z"),
        ("We extend it until 26 March 2027, 18:00 UTC.", "2027-03-26T18:00:00Z"),
        ("We extended support until 30 April 2027. Your shop closes on 12 March 2027.", "2027-03-12T00:00:00Z"),
    ]);
    are_asked(&[
        ("The closure of 12 March 2027 has been postponed.", "Fri 12 Mar 2027"),
        ("The closure on 12 March 2027, now on 26 March 2027, has been rescheduled.", "Which day is right?"),
        ("The deadline was moved to 26 March 2027. We close your shop on 12 March 2027.", "Which one is the cut-off?"),
    ]);
}

#[test]
fn a_period_of_something_else_sets_no_date() {
    are_asked(&[
        ("We answer within 24 hours. We will close your shop.", "announces no cut-off"),
        ("Because of 4 objections within 30 days we will close your shop.", "4 objections"),
        ("Your shop will be closed, but not in 30 days.", "not in 30 days"),
        ("Your shop is closed. Files are erased after 90 days.", "data is deleted"),
        ("Your shop is deleted after six months of silence.", "six months"),
        ("Your shop closes within 14 days of", "counts 14 days"),
        ("Your shop closes 24 hours after you open the second reminder.", "24 hours"),
        ("Either party may terminate with 30 days' notice.", "period of notice"),
        ("Date: 8 February 2027. Your shop closes 30 days from the date of this letter.", "from its own date"),
    ]);
    are_read(&[
        ("Reply within 48 hours. Otherwise we close your shop.", "2027-03-03T08:00:00Z"),
        ("You have 10 days to move.", "2027-03-11T08:00:00Z"),
        ("This is your 30-day notice: your shop will be closed.", "2027-03-31T08:00:00Z"),
        ("This letter is thirty (30) days' written notice of termination.", "2027-03-31T08:00:00Z"),
        ("Wir kündigen mit einer Frist von zwei Wochen.", "2027-03-15T08:00:00Z"),
        ("Der Vertrag endet nach Ablauf von 14 Tagen.", "2027-03-15T08:00:00Z"),
        ("We end the plan a fortnight from today.", "2027-03-15T08:00:00Z"),
        ("Unless it is mended within forty-eight (48) hours, we null-route your address.", "2027-03-03T08:00:00Z"),
    ]);
}

#[test]
fn a_date_without_a_word_of_an_end_is_asked() {
    are_asked(&[
        ("Next billing date: 28 March 2027.", "the text near Sun 28 Mar 2027"),
        ("The Data Act applies from 2 August 2027. We close your shop.", "announces no cut-off"),
        ("Get 30% off until 5 March 2027. Our sale ends soon.", "announces no cut-off"),
        ("Maintenance on 5 March 2027 from 02:00 to 04:00 UTC: the API is unavailable.", "announces no cut-off"),
        ("You may appeal until 5 March 2027. We will close your shop.", "of something else"),
    ]);
}

#[test]
fn an_end_in_other_words_is_one() {
    are_read(&[
        ("From 5 March 2027 we will not process payments for you.", "2027-03-05T00:00:00Z"),
        ("We cannot offer our services to you beyond 5 March 2027.", "2027-03-05T00:00:00Z"),
        ("The last day of your plan is 5 March 2027.", "2027-03-05T00:00:00Z"),
        ("Wir werden Sie ab dem 5. März 2027 nicht mehr beliefern.", "2027-03-05T00:00:00Z"),
        ("A partir del 5 de marzo de 2027 no prestaremos el servicio.", "2027-03-05T00:00:00Z"),
        ("Nous mettons fin à votre contrat le 5 mars 2027.", "2027-03-05T00:00:00Z"),
        ("To keep your shop, log in by 5 March 2027.", "2027-03-05T00:00:00Z"),
        ("We will delete your shop and all files in it within 24 hours.", "2027-03-02T08:00:00Z"),
    ]);
}

#[test]
fn hours_with_a_dot_and_in_words_are_hours() {
    are_read(&[
        ("Your shop closes on 12 March 2027 at 15.30 CET.", "2027-03-12T14:30:00Z"),
        ("Your shop closes on 12 March 2027 at 15.30 (GMT).", "2027-03-12T15:30:00Z"),
        ("Your shop closes on 12 March 2027 at 4.30pm GMT.", "2027-03-12T16:30:00Z"),
        ("Your shop closes on 12 March 2027 at 4.00 p.m. GMT.", "2027-03-12T16:00:00Z"),
        ("Ihr Shop schließt am 12. März 2027, 15.30 MEZ.", "2027-03-12T14:30:00Z"),
        ("La tienda cierra el 12 de marzo de 2027 a las 15.30 CET.", "2027-03-12T14:30:00Z"),
        ("Your shop closes on 12 March 2027 at four o'clock in the afternoon UTC.", "2027-03-12T16:00:00Z"),
        ("Your shop closes on 12 March 2027 at 16:00 hours Greenwich Mean Time.", "2027-03-12T16:00:00Z"),
        ("On 12 March 2027, we will close your shop at 10:00 UTC.", "2027-03-12T10:00:00Z"),
        ("Your shop closes at 9.30 on 12 March 2027.", "2027-03-12T09:30:00Z"),
        ("Your shop costs 14.00 CHF and closes on 12 March 2027.", "2027-03-12T00:00:00Z"),
        ("Your shop closes on 12 March 2027 from 17:00 to 19:00 UTC.", "2027-03-12T17:00:00Z"),
        ("Stop all calls immediately. Keys are closed on 12 March 2027 at 17:00 UTC.", "2027-03-12T17:00:00Z"),
    ]);
}

#[test]
fn one_time_in_two_zones_is_one_if_they_agree() {
    are_read(&[
        ("Your shop closes on 12 March 2027 at 12:00 PM EST (17:00 UTC).", "2027-03-12T17:00:00Z"),
        ("Your shop closes on 12 March 2027 at 00:00 PST (08:00 UTC / 09:00 CET).", "2027-03-12T08:00:00Z"),
    ]);
    are_asked(&[("Your shop closes on 12 March 2027 at 12:00 PM EST (18:00 UTC).", "not the same time")]);
}

#[test]
fn an_hour_that_the_clocks_skip_is_said() {
    let received = Time::parse("2027-03-01T08:00:00Z").unwrap();
    let text = "Your shop closes on 28 March 2027 at 02:30 Berlin time.";
    let read = cut_off(text, received, chrono_tz::UTC).unwrap();
    assert_eq!(read.assumed, ["The clocks skip 02:30 on that day: plugwatch uses the time an hour earlier."]);
}
