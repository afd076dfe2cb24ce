//! Supervision: a part that fails is noticed, and is started again or ends the program.

use std::pin::pin;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use plugwatch::clock::Clock;
use plugwatch::core::time::Time;
use plugwatch::demo::{Stage, anchors, configuration};
use plugwatch::notify::{Settings, webhook};
use plugwatch::supervise::{Ended, Part, Supervisor};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::kit::{BEGIN, Staged, http, minutes};

/// The log of this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_part_that_panics_or_ends_is_logged_and_started_again() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let mut supervisor = Supervisor::new(Clock::manual(Time(1_800_000_000_000)));
    let (began, mut times) = mpsc::unbounded_channel();
    let mut time = 0;
    supervisor.start(Part::new("Telegram bot of phone"), move || {
        time += 1;
        let (time, began) = (time, began.clone());
        async move {
            began.send(time).unwrap();
            match time {
                1 => panic!("no such chat: {}", 42),
                2 => {}
                3 => std::panic::panic_any(7),
                _ => std::future::pending().await,
            }
        }
    });
    let main = async { while times.recv().await != Some(4) {} };
    assert!(matches!(supervisor.beside(pin!(main)).await, Ended::Done(())));
    assert_eq!(supervisor.failures().counts()["Telegram bot of phone"], 3);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let bug = "this is a bug in plugwatch, please report it; it restarts in";
    let wanted = [("no such chat: 42", "1 s"), ("it ended by itself", "2 s"), ("a panic without a message", "4 s")];
    assert_eq!(log.lines().count(), 3, "{log}");
    for (line, (what, pause)) in log.lines().zip(wanted) {
        assert!(line.contains("ERROR"), "{line}");
        assert!(line.contains(&format!("Telegram bot of phone failed: {what}; {bug} {pause}")), "{line}");
    }
}

/// A webhook that, while `silent` is set, accepts requests without an answer.
async fn receiver(silent: Arc<AtomicBool>) -> (url::Url, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let (came, comes) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 64 << 10];
            let mut size = 0;
            // A message is one JSON object, which ends with a brace.
            while !String::from_utf8_lossy(&request[..size]).trim_end().ends_with("}") {
                size += stream.read(&mut request[size..]).await.unwrap();
            }
            came.send(String::from_utf8_lossy(&request[..size]).into_owned()).unwrap();
            match silent.load(Ordering::SeqCst) {
                true => held.push(stream),
                false => stream.write_all(&http("200 OK", "connection: close\r\n", b"")).await.unwrap(),
            }
        }
    });
    (url, comes)
}

/// A restart of the delivery relies on this: messages in transit at the time of the failure are sent again, and say
/// that they may be repeats.
#[tokio::test]
async fn what_was_under_way_when_the_delivery_failed_comes_once_more_as_a_repeat() {
    let silent = Arc::new(AtomicBool::new(false));
    let (url, mut comes) = receiver(silent.clone()).await;
    let channel = format!("[[channel]]\nkind = \"webhook\"\nname = \"slow\"\nurl = \"{url}\"\n");
    let slow: Arc<dyn Settings> = Arc::new(webhook::Settings { url, secret: None });
    let others = vec![("slow".to_owned(), slow)];
    let mut staged = Staged::telling(&channel, "", others, BEGIN).await;
    staged.pass(minutes(20)).await;
    while comes.try_recv().is_ok() {}
    silent.store(true, Ordering::SeqCst);
    staged.stage.set("google_play", "gone");
    let until = staged.clock.now().plus(minutes(40));
    while let Some(due) = staged.engine.next_due().filter(|due| *due <= until) {
        staged.engine.tick(due);
        staged.engine.settle(due).await.unwrap();
    }
    let first = tokio::select! {
        _ = staged.dispatcher.deliver(staged.clock.now()) => panic!("nobody answers"),
        first = comes.recv() => first.unwrap(),
    };
    assert!(!first.contains("repeat"), "{first}");
    // The dispatcher's state is gone, as after a panic, but the lease is still in the store.
    silent.store(false, Ordering::SeqCst);
    staged.dispatcher.deliver(staged.clock.now()).await.unwrap();
    assert!(comes.try_recv().is_err(), "it is leased");
    staged.clock.move_to(staged.clock.now().plus(Duration::from_secs(121)));
    staged.dispatcher.deliver(staged.clock.now()).await.unwrap();
    let again = comes.try_recv().unwrap();
    assert!(again.contains("repeat"), "{again}");
}

/// The names of a program's threads.
fn threads(pid: u32) -> Vec<String> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let name = |task: std::io::Result<std::fs::DirEntry>| std::fs::read_to_string(task.unwrap().path().join("comm"));
    tasks.filter_map(|task| name(task).ok()).map(|name| name.trim().to_owned()).collect()
}

#[tokio::test]
async fn the_program_serves_its_page_on_threads_of_its_own_reloads_and_stops_with_0() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("key"), "not-a-real-key").unwrap();
    let stage = Stage::new().unwrap();
    let address = format!("http://{}", stage.open().await.unwrap());
    let text = configuration(folder.path(), &address, &anchors().await.unwrap());
    let text = text.replace("details = true", "details = true\nmetrics = true");
    let file = folder.path().join("plugwatch.toml");
    std::fs::write(&file, text).unwrap();
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_plugwatch"));
    command.arg("run").arg("-c").arg(&file).kill_on_drop(true).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut line_with = async |word: &str| loop {
        let line = lines.next_line().await.unwrap().unwrap_or_else(|| panic!("it ended without saying {word}"));
        if line.contains(word) {
            return line;
        }
    };
    let line = line_with("status page at http://").await;
    let page = line.split_once("status page at ").unwrap().1.to_owned();
    crate::kit::provider();
    let metrics = reqwest::get(format!("{page}metrics")).await.unwrap().text().await.unwrap();
    for part in ["heartbeat", "message delivery", "signal handling", "status page"] {
        let line = format!("plugwatch_part_failures_total{{part=\"{part}\"}} 0");
        assert!(metrics.contains(&line), "{part}: {metrics}");
    }
    let id = child.id().unwrap();
    assert_eq!(threads(id).iter().filter(|name| *name == "status page").count(), 2, "{:?}", threads(id));
    let pid = rustix::process::Pid::from_raw(i32::try_from(id).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::HUP).unwrap();
    line_with("the changed configuration is in use").await;
    assert_eq!(reqwest::get(format!("{page}status.json")).await.unwrap().status().as_u16(), 200);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    line_with("stopped").await;
    assert_eq!(child.wait().await.unwrap().code(), Some(0));
}
