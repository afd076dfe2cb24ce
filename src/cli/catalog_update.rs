//! `plugwatch catalog update`: installs a newer catalogue, signed with a trusted key and tested before it is
//! used.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use super::failed;
use super::service::files;
use crate::catalog::{Bundle, Catalog, Edition, keys_in, shipped_keys, test_examples, verify, wordless};
use crate::config::{Config, catalog_keys, updated_catalog};

/// The largest catalogue accepted, in bytes; a real one has some hundred KB.
const MOST: usize = 16 << 20;
/// The longest time for the download.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) async fn update(path: &Path, source: &str, key: Option<&str>) -> ExitCode {
    match take_in(path, source, key).await {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(why) => failed(1, format!("{source}: {why}. Nothing was changed")),
    }
}

async fn take_in(path: &Path, source: &str, key: Option<&str>) -> Result<String, String> {
    let config = Config::load(path).map_err(|problems| format!("the configuration is wrong\n\n{problems}"))?;
    let (bytes, signature) = (fetch(source).await?, fetch(&format!("{source}.minisig")).await?);
    let signature = String::from_utf8(signature).map_err(|_| "its signature is not UTF-8 text".to_owned())?;
    let keys = trusted(&config, key)?;
    let comment = verify(&bytes, &signature, &keys)?;
    let bundle = Bundle::parse(&bytes)?;
    let (now, new) = (config.catalog.edition.version.max(Edition::shipped().version), bundle.edition());
    if new.version <= now {
        return Err(format!(
            "it is version {}, and version {now} is in use: only a higher version is installed",
            new.version
        ));
    }
    let passed = tried(path, &config, &bundle)?;
    let next = if bundle.keys.is_empty() { &keys } else { &bundle.keys };
    let place = updated_catalog(&config.database);
    files::private(&catalog_keys(&config.database), &format!("{}\n", next.join("\n")))?;
    files::private_bytes(&place, &bytes)?;
    let date = new.date.map_or_else(String::new, |date| format!(" of {}", date.utc().format("%-d %B %Y")));
    Ok(format!(
        "Catalogue {}{date} is installed (signed: {comment}); {passed} examples passed. If plugwatch is running, \
         reload it to use the new catalogue (SIGHUP): systemctl reload plugwatch",
        new.version
    ))
}

/// The trusted keys: those of the catalogue that was installed last, or else those built into this program;
/// and the one that a person names.
fn trusted(config: &Config, key: Option<&str>) -> Result<Vec<String>, String> {
    let kept = std::fs::read_to_string(catalog_keys(&config.database));
    let mut keys = kept.map_or_else(|_| shipped_keys(), |text| keys_in(&text));
    if let Some(key) = key {
        let text = match Path::new(key).is_file() {
            true => std::fs::read_to_string(key).map_err(|error| format!("{key} cannot be read: {error}"))?,
            false => key.to_owned(),
        };
        keys.extend(keys_in(&text));
    }
    Ok(keys)
}

/// Tests a catalogue. Returns how many of its examples passed.
///
/// # Errors
///
/// Fails if an example fails, or the configuration or your own vendor files are not valid with it.
fn tried(path: &Path, config: &Config, bundle: &Bundle) -> Result<usize, String> {
    let refused = |what: &str, lines: &str| format!("it is refused: {what}\n\n{lines}\n");
    let alone = Catalog::load_from(Some(bundle), None)
        .map_err(|problems| refused("this plugwatch cannot read it; update plugwatch first", &problems.to_string()))?;
    let mut tested = test_examples(&alone);
    tested.failed.extend(wordless(&alone));
    if !tested.failed.is_empty() || tested.passed == 0 {
        return Err(refused("its own examples fail", &tested.failed.join("\n")));
    }
    let overlaid = Catalog::load_from(Some(bundle), config.overlay.as_deref())
        .map_err(|problems| refused("your own vendor files are not valid with it", &problems.to_string()))?;
    let text = std::fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    Config::read_with(path.display().to_string(), text, Some(overlaid.into()))
        .map_err(|problems| refused("your configuration is not valid with it", &problems.to_string()))?;
    Ok(tested.passed)
}

/// Reads a file, or downloads a URL.
async fn fetch(source: &str) -> Result<Vec<u8>, String> {
    if !source.starts_with("https://") && !source.starts_with("http://") {
        return std::fs::read(source).map_err(|error| format!("{source} cannot be read: {error}"));
    }
    // Plain HTTP is allowed, because the signature is verified.
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let tls = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let client = reqwest::Client::builder().timeout(PATIENCE).tls_backend_preconfigured(tls).build();
    let client = client.map_err(|error| format!("its HTTP client cannot be built: {error}"))?;
    let mut response = client.get(source).send().await.map_err(|error| format!("it cannot be fetched: {error}"))?;
    if !response.status().is_success() {
        return Err(format!("{source} answers {}", response.status().as_u16()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| format!("it cannot be fetched: {error}"))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MOST {
            return Err(format!("it is larger than {} MB", MOST >> 20));
        }
    }
    Ok(bytes)
}

/// `plugwatch catalog pack`: writes this program's catalogue, with a folder's vendor files, as one file to be signed.
pub(super) fn pack(overlay: Option<&Path>, to: &Path, keys: &[String]) -> ExitCode {
    let packed = Bundle::shipped(overlay, keys.to_vec()).and_then(|bundle| {
        let edition = bundle.edition();
        let bytes = bundle.pack()?;
        std::fs::write(to, bytes).map_err(|error| format!("{} cannot be written: {error}", to.display()))?;
        Ok(edition)
    });
    match packed {
        Ok(edition) => {
            println!("Catalogue {} is in {}. Sign it: minisign -S -m {}", edition.version, to.display(), to.display());
            ExitCode::SUCCESS
        }
        Err(why) => failed(1, why),
    }
}
