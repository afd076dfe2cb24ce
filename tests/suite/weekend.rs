//! The demo's story, played through the real pipeline, and all its messages.

use plugwatch::acts::Person;
use plugwatch::core::time::Time;
use plugwatch::demo::Story;

use crate::kit::Staged;

#[tokio::test]
async fn the_weekend_is_told_as_it_should_be_read() {
    let story = Story::weekend().unwrap();
    assert!(story.steps.is_sorted_by_key(|step| step.at), "the steps are not in order");
    let mut staged = Staged::open_at(&story.begins.rfc3339()).await;
    for (n, step) in story.steps.iter().enumerate() {
        for (vendor, mode) in &step.set {
            staged.stage.set(vendor, mode);
        }
        if let Some(who) = &step.acknowledged_by {
            let acts = staged.acts();
            acts.ack(&Person::new(who, "demo"), None, step.at).await.unwrap();
        }
        let until = story.steps.get(n + 1).map_or(story.ends, |next| next.at);
        staged.pass(until.since(staged.clock.now())).await;
    }
    let alerts = staged.received.lock().unwrap().clone();
    let texts: Vec<String> = alerts.iter().map(|alert| alert["text"].as_str().unwrap().to_owned()).collect();
    let drops =
        texts.iter().filter(|text| text.contains("DROPPED: ") || text.contains("vendor lost in 3 days: ")).count();
    let outages = texts.iter().filter(|text| text.contains("OUTAGE:")).count();
    assert_eq!((drops, outages), (6, 1));
    insta::assert_snapshot!(texts.join("\n\n----\n\n"));
    let state = staged.store.outbox_state().await.unwrap();
    assert_eq!((state.pending, state.dead), (0, 0));
    assert!(staged.store.looks().await.unwrap() > 1_000);
    let flips = staged.store.flips("android-app", 10).await.unwrap();
    assert!(flips[0].at > Time(0));
}
