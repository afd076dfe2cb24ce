//! plugwatch as a service: its messages to the service manager, and the files that `service install` writes.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use plugwatch::service::{Environment, ServiceManager};

/// The test's own service manager.
fn manager(folder: &Path) -> (UnixDatagram, Environment) {
    let path = folder.join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    // If the program has ended, no message comes; the timeout then ends the test.
    socket.set_read_timeout(Some(std::time::Duration::from_secs(120))).unwrap();
    let socket_name = Some(path.display().to_string());
    (socket, Environment { socket: socket_name, ..Environment::default() })
}

fn heard(socket: &UnixDatagram) -> String {
    let mut buffer = [0; 4_096];
    let size = socket.recv(&mut buffer).unwrap();
    String::from_utf8_lossy(&buffer[..size]).into_owned()
}

#[test]
fn a_service_manager_hears_ready_once_and_life_as_often_as_it_wants() {
    let folder = tempfile::tempdir().unwrap();
    let (socket, environment) = manager(folder.path());
    let hour = Environment { watchdog_usec: Some("3600000000".into()), ..environment.clone() };
    let told = ServiceManager::find(&hour).unwrap().unwrap();
    told.alive();
    told.alive();
    told.stopping();
    assert_eq!(heard(&socket), "READY=1\nSTATUS=Monitoring.");
    assert_eq!(heard(&socket), "WATCHDOG=1");
    assert_eq!(heard(&socket), "STOPPING=1\nSTATUS=Stopping.", "the second heartbeat was not due yet");
    // Half a microsecond has passed by every call, so each one sends a heartbeat.
    let now = Environment { watchdog_usec: Some("1".into()), ..environment.clone() };
    let told = ServiceManager::find(&now).unwrap().unwrap();
    told.alive();
    told.alive();
    assert_eq!([heard(&socket), heard(&socket), heard(&socket)][1..], ["WATCHDOG=1", "WATCHDOG=1"]);
    // A watchdog for another process is ignored.
    let other = Environment { watchdog_pid: Some("1".into()), ..hour };
    let told = ServiceManager::find(&other).unwrap().unwrap();
    told.alive();
    told.stopping();
    assert_eq!([heard(&socket), heard(&socket)][1], "STOPPING=1\nSTATUS=Stopping.");
}

#[test]
fn a_socket_can_be_abstract_and_without_one_nobody_is_told() {
    let name = format!("plugwatch-test-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let socket = UnixDatagram::bind_addr(&address).unwrap();
    let environment = Environment { socket: Some(format!("@{name}")), ..Environment::default() };
    ServiceManager::find(&environment).unwrap().unwrap().alive();
    assert!(heard(&socket).starts_with("READY=1"));
    assert!(ServiceManager::find(&Environment::default()).unwrap().is_none());
    // If the manager is gone, the program is not held up.
    drop(socket);
    ServiceManager::find(&environment).unwrap().unwrap().alive();
}

fn configuration(folder: &Path) -> String {
    let text = format!(
        "platform = \"Acme\"\ndatabase = \"{}\"\n[web]\nlisten = \"127.0.0.1:0\"\n[network]\nloopback_only = \
         true\nanchors = [\"127.0.0.1:9\", \"127.0.0.2:9\", \"127.0.0.3:9\"]\n[[channel]]\nkind = \"ntfy\"\nserver = \"http://127.0.0.1:9/\"\ntopic = \"t\"\ntoken = {{ env \
         = \"PW_TEST_NTFY\" }}\n[[dependency]]\nid = \"site\"\ncheck = \"website/page\"\nurl = \
         \"http://127.0.0.1:9/\"\nwords = [\"Acme\"]\n",
        folder.join("history.db").display()
    );
    std::fs::write(folder.join("plugwatch.toml"), &text).unwrap();
    text
}

fn plugwatch(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plugwatch"));
    command.current_dir(folder).env_remove("CREDENTIALS_DIRECTORY").env_remove("PW_TEST_NTFY");
    command
}

#[test]
fn the_program_is_ready_when_it_monitors_gives_signs_of_life_from_its_loop_and_says_that_it_stops() {
    let folder = tempfile::tempdir().unwrap();
    configuration(folder.path());
    let (socket, environment) = manager(folder.path());
    let mut command = plugwatch(folder.path());
    command.arg("run").env("NOTIFY_SOCKET", environment.socket.unwrap()).env("WATCHDOG_USEC", "2000");
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    assert_eq!(heard(&socket), "READY=1\nSTATUS=Monitoring.");
    for _ in 0..3 {
        assert_eq!(heard(&socket), "WATCHDOG=1");
    }
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    let last = std::iter::repeat_with(|| heard(&socket)).find(|said| said != "WATCHDOG=1");
    assert_eq!(last.as_deref(), Some("STOPPING=1\nSTATUS=Stopping."));
    assert!(child.wait().unwrap().success());
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode() & 0o777
}

fn install(folder: &Path, root: &Path, key: Option<&str>) -> Output {
    let mut command = plugwatch(folder);
    command.args(["service", "install", "--root"]).arg(root);
    if let Some(key) = key {
        command.env("PW_TEST_NTFY", key);
    }
    command.output().unwrap()
}

#[test]
fn what_is_installed_can_be_read_by_those_only_who_need_it() {
    let (folder, root) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let text = configuration(folder.path()).replace(&folder.path().display().to_string(), "/srv");
    std::fs::write(folder.path().join("plugwatch.toml"), text.replace("/srv/history.db", "plugwatch.db")).unwrap();
    let done = install(folder.path(), root.path(), Some("tk_s3cret"));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let at = |path: &str| root.path().join(path);
    assert_eq!(mode(&at("etc/plugwatch/plugwatch.toml")), 0o600);
    assert_eq!(mode(&at("etc/plugwatch/credentials")), 0o700);
    assert_eq!(mode(&at("etc/plugwatch/credentials/PW_TEST_NTFY")), 0o600);
    assert_eq!(std::fs::read_to_string(at("etc/plugwatch/credentials/PW_TEST_NTFY")).unwrap(), "tk_s3cret");
    assert_eq!((mode(&at("var/lib/plugwatch")), mode(&at("usr/local/bin/plugwatch"))), (0o700, 0o755));
    insta::assert_snapshot!(std::fs::read_to_string(at("etc/systemd/system/plugwatch.service")).unwrap());
    let said = String::from_utf8_lossy(&done.stdout).replace(&root.path().display().to_string(), "ROOT");
    insta::assert_snapshot!("what_service_install_says", said);
    // A second installation without the key keeps the existing files.
    assert!(install(folder.path(), root.path(), None).status.success());
    assert_eq!(std::fs::read_to_string(at("etc/plugwatch/credentials/PW_TEST_NTFY")).unwrap(), "tk_s3cret");
    configuration(folder.path());
    let other = install(folder.path(), root.path(), None);
    let why = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(!other.status.success() && why.contains("already exists and differs from plugwatch.toml"), "{why}");
}

#[test]
fn a_variable_that_is_not_set_is_read_from_a_credential_of_its_name() {
    let folder = tempfile::tempdir().unwrap();
    configuration(folder.path());
    let off = |folder: &Path, handed: Option<&Path>| {
        let mut command = plugwatch(folder);
        if let Some(handed) = handed {
            command.env("CREDENTIALS_DIRECTORY", handed);
        }
        let said = command.args(["config", "check"]).output().unwrap();
        let said = String::from_utf8_lossy(&said.stdout).into_owned() + &String::from_utf8_lossy(&said.stderr);
        said.contains("the channel `ntfy` is off: its key is not set (the variable PW_TEST_NTFY)")
    };
    assert!(off(folder.path(), None));
    let handed = tempfile::tempdir().unwrap();
    std::fs::write(handed.path().join("PW_TEST_NTFY"), "tk_1\n").unwrap();
    assert!(!off(folder.path(), Some(handed.path())), "systemd passes the credential on");
    std::fs::create_dir(folder.path().join("credentials")).unwrap();
    std::fs::write(folder.path().join("credentials/PW_TEST_NTFY"), "tk_2\n").unwrap();
    assert!(!off(folder.path(), None), "the credential is next to the configuration");
}
