//! Scenario files that were written before plugwatch read a field go on to mean what they meant: the field that
//! they leave out is filled in as it was then.

/// A body with what older files leave out.
pub(super) fn completed(body: String) -> String {
    // Whether Apple sells the app where its owner chose it stands in a field of its own since.
    let territories = body.contains("\"territoryAvailabilities\"") && !body.contains("contentStatuses");
    if !territories {
        return body;
    }
    body.replace("\"available\": true", "\"available\": true, \"contentStatuses\": [\"AVAILABLE\"]")
}

#[cfg(test)]
mod tests {
    use super::completed;

    #[test]
    fn only_what_is_chosen_and_says_nothing_of_its_sale_is_sold() {
        let territory = |attributes: &str| {
            format!("{{\"data\": [{{\"type\": \"territoryAvailabilities\", \"attributes\": {{{attributes}}}}}]}}")
        };
        let sold = "\"available\": true, \"contentStatuses\": [\"AVAILABLE\"]";
        assert_eq!(completed(territory("\"available\": true")), territory(sold));
        for as_it_is in ["\"available\": false", "\"available\": true, \"contentStatuses\": [\"CANNOT_SELL\"]"] {
            assert_eq!(completed(territory(as_it_is)), territory(as_it_is));
        }
    }
}
