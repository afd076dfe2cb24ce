//! Stable ids that reveal nothing: without the salt, nobody can find out which name an id stands for.

use sha2::{Digest, Sha256};

/// Makes the ids of one page.
#[derive(Clone, Debug)]
pub struct Ids {
    salt: String,
}

/// The length of an id, the same as on Statuspage.
const LONG: usize = 12;

impl Ids {
    /// Ids with the salt of this database.
    pub fn new(salt: &str) -> Ids {
        Ids { salt: salt.to_owned() }
    }

    /// The id of something of this kind, such as `component`, `group`, `maintenance` or `page`.
    pub fn of(&self, kind: &str, name: &str) -> String {
        const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let hash = Sha256::digest(format!("{}\n{kind}\n{name}", self.salt));
        hash.iter().take(LONG).map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
    }
}
