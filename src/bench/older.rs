//! Keeps older scenario files valid: if plugwatch now reads a field that they do not have, the field is added with
//! the value that was implied.

/// A body with the fields that older files lack.
pub(super) fn completed(body: String) -> String {
    // Apple has a separate field for whether it sells the app in a territory that its owner chose.
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
