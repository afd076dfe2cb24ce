//! The README and the pages in `docs` are correct: link targets exist, commands exist and run, TOML is valid.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use plugwatch::catalog::Catalog;
use plugwatch::config::Config;
use regex::Regex;

use crate::programs::{in_trouble, plugwatch};

/// Commands that are not run here, by their beginning, with the reason.
const NOT_RUN: [(&str, &str); 8] = [
    ("run", "does not end; .ci/servers runs it"),
    ("demo", "takes a minute; .ci/run plays it"),
    ("init", "asks the internet; tests/suite/setup.rs and .ci/servers/setup.py run it against servers of their own"),
    ("add", "asks the vendor; tests/suite/setup.rs runs it against a vendor of its own"),
    ("service install", "changes the machine; tests/suite/service.rs installs into a folder"),
    ("catalog update", "fetches a file; tests/suite/updated.rs serves one"),
    ("man", "writes into the system; tests/suite/programs.rs writes into a folder"),
    ("bench", "takes minutes; .ci/run and .ci/long run them"),
];

/// Commands that end with 1 if something is wrong.
const ENDS_WITH_1: [&str; 3] = ["status", "check", "doctor"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The README, `ARCHITECTURE.md`, `CHANGELOG.md` and the pages in `docs`.
fn pages() -> Vec<(PathBuf, String)> {
    let docs = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let top = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"].map(|name| root().join(name));
    let all = docs.chain(top).filter(|path| path.extension().is_some_and(|end| end == "md"));
    let mut all: Vec<_> = all.map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect();
    all.sort();
    assert!(all.len() > 15);
    all
}

/// The blocks of a page that are marked as `kind`.
fn blocks(page: &str, kind: &str) -> Vec<String> {
    let fence = Regex::new(&format!(r"(?ms)^```{kind}\n(.*?)^```$")).unwrap();
    fence.captures_iter(page).map(|found| found[1].to_owned()).collect()
}

/// The running text of a page, without its blocks.
fn prose(page: &str) -> String {
    Regex::new(r"(?ms)^```.*?^```$").unwrap().replace_all(page, "").into_owned()
}

/// The anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let heading = heading.trim().to_lowercase();
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>()
}

fn anchors(page: &str) -> BTreeSet<String> {
    let heading = |line: &str| line.starts_with('#').then(|| anchor(line.trim_start_matches('#')));
    prose(page).lines().filter_map(heading).collect()
}

/// The words of a command line; quotes keep words together.
fn words(line: &str) -> Vec<String> {
    let word = Regex::new(r#"(?:[^\s"']|"[^"]*"|'[^']*')+"#).unwrap();
    word.find_iter(line).map(|found| found.as_str().replace(['"', '\''], "")).collect()
}

/// The plugwatch commands in a shell block, without comments, pipes and redirections.
fn commands(block: &str) -> Vec<Vec<String>> {
    let joined = block.replace("\\\n", " ");
    let comment = Regex::new(r"(?m)(^|\s)#.*$").unwrap();
    let joined = comment.replace_all(&joined, "");
    let redirection = Regex::new(r" > \S+").unwrap();
    let joined = redirection.replace_all(&joined, "");
    let separator = Regex::new(r"\s(?:&&|\|\||\||;)\s|\n").unwrap();
    let program = |words: Vec<String>| {
        let start = words.iter().position(|word| word != "sudo")?;
        words[start].rsplit('/').next().is_some_and(|name| name == "plugwatch").then(|| words[start + 1..].to_vec())
    };
    separator.split(&joined).map(words).filter_map(program).collect()
}

fn wrong(arguments: &[String]) -> Option<String> {
    let program = std::iter::once("plugwatch".to_owned());
    plugwatch::cli::wrong_arguments(&program.chain(arguments.iter().cloned()).collect::<Vec<_>>())
}

#[test]
fn every_link_leads_to_a_file_and_a_heading_that_are_there() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    let mut seen = 0;
    for (path, page) in pages() {
        for found in link.captures_iter(&prose(&page)) {
            let target = &found[1];
            // External addresses are not requested, because this test needs no network.
            if target.starts_with("http") || target.starts_with("mailto:") {
                continue;
            }
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            assert!(file.exists(), "{}: {target} leads nowhere", path.display());
            let there = heading.is_empty() || anchors(&std::fs::read_to_string(&file).unwrap()).contains(heading);
            assert!(there, "{}: there is no heading {target}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn every_page_of_the_documentation_is_in_the_readme() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.lines().count() <= 200, "{}", readme.lines().count());
    for (path, _) in pages().into_iter().filter(|(path, _)| path.parent().unwrap().ends_with("docs")) {
        let name = format!("docs/{}", path.file_name().unwrap().to_str().unwrap());
        assert!(readme.contains(&format!("]({name})")), "{name} is not in the README");
    }
}

#[test]
fn every_command_is_one_that_plugwatch_knows() {
    let inline = Regex::new(r"`plugwatch(?: ([^`]*))?`").unwrap();
    let mut seen = 0;
    for (path, page) in pages() {
        for command in blocks(&page, "sh").iter().flat_map(|block| commands(block)) {
            assert!(wrong(&command).is_none(), "{}: {command:?}: {}", path.display(), wrong(&command).unwrap());
            seen += 1;
        }
        for found in inline.captures_iter(&prose(&page)) {
            let text = found.get(1).map_or("", |text| text.as_str());
            // Running text often names a command without its required arguments, or with optional ones in brackets.
            // With `--help`, only the words that are there are checked.
            let command = words(&text.split(" > ").next().unwrap().replace(['[', ']'], ""));
            let with = |more: &str| wrong(&[command.clone(), vec![more.to_owned()]].concat());
            // The last word may be an option whose value is not given.
            let known = with("--help").is_none() || with("value").is_none() || text.starts_with("COMMAND");
            assert!(known, "{}: `plugwatch {text}`", path.display());
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen}");
}

#[tokio::test]
async fn every_command_of_a_block_can_be_run() {
    let staged = in_trouble().await;
    let folder = staged.folder.path();
    std::fs::write(folder.join("vendors.csv"), "vendor,criticality\nStripe,high\nSlack,normal\n").unwrap();
    std::fs::write(folder.join("letter.eml"), "Subject: Notice\n\nWe will close it on 6 March 2026, 12:00 UTC.\n")
        .unwrap();
    let mut seen = BTreeSet::new();
    for (path, page) in pages() {
        for command in blocks(&page, "sh").iter().flat_map(|block| commands(block)) {
            let line = command.join(" ");
            if NOT_RUN.iter().any(|(begins, _)| line.starts_with(begins)) || !seen.insert(line.clone()) {
                continue;
            }
            let arguments: Vec<&str> = command.iter().map(String::as_str).collect();
            let output = plugwatch(folder, &arguments).await;
            let wanted = i32::from(arguments.first().is_some_and(|first| ENDS_WITH_1.contains(first)));
            assert_eq!(output.status.code(), Some(wanted), "{}: plugwatch {line}: {output:?}", path.display());
        }
    }
    assert!(seen.len() > 15, "{seen:?}");
}

#[test]
fn every_block_of_toml_can_be_read_as_a_configuration() {
    let catalog = Arc::new(Catalog::load(None).unwrap());
    let program = Regex::new(r#"command = \["[^"]+""#).unwrap();
    let mut seen = 0;
    for (path, page) in pages() {
        for block in blocks(&page, "toml") {
            let platform = if block.contains("platform =") { "" } else { "platform = \"Acme\"\n" };
            let site = "\n[[dependency]]\nid = \"a-site\"\ncheck = \"website/page\"\nurl = \"https://a.example/\"\nwords = [\"A\"]\n";
            let dependency = if block.contains("[[dependency]]") { "" } else { site };
            // The programs that the block names are not on this machine.
            let block = program.replace_all(&block, "command = [\"/bin/true\"");
            let read = Config::read_with("block.toml", format!("{platform}{block}{dependency}"), Some(catalog.clone()));
            assert!(read.is_ok(), "{}:\n{block}\n{}", path.display(), read.err().unwrap());
            seen += 1;
        }
    }
    assert!(seen > 8, "{seen}");
}

#[tokio::test]
async fn the_block_about_recordings_can_be_read_as_such() {
    let page = std::fs::read_to_string(root().join("docs/BENCH.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let block = blocks(&page, "toml recordings").concat();
    std::fs::write(folder.path().join("recordings.toml"), block).unwrap();
    std::fs::write(
        folder.path().join("play-404.html"),
        "<html><title>Not Found</title><div id=\"error-section\">We're sorry.</div></html>",
    )
    .unwrap();
    let output = plugwatch(folder.path(), &["catalog", "test", "--recordings", "."]).await;
    assert!(output.status.success(), "{output:?}");
}
