//! The whole table, field by field, side by side.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::cell::Ground;
use super::table::{Field, fields};

const TABLE: &str = include_str!("matrix.txt");

/// Fields that wait for a limit of time need no processor meanwhile; the others do.
const WAITING: usize = 24;
const BUSY: usize = 4;

#[test]
fn every_stage_meets_every_fault() {
    let (slow, quick): (Vec<Field>, Vec<Field>) =
        fields(TABLE).into_iter().partition(|field| field.fault.takes_time());
    let (ground, wrong) = (Ground::new(), Mutex::new(Vec::new()));
    let count = slow.len() + quick.len();
    thread::scope(|scope| {
        for (fields, crew) in [(&slow, WAITING), (&quick, BUSY)] {
            let next: &AtomicUsize = Box::leak(Box::default());
            for _ in 0..crew {
                let (ground, wrong) = (&ground, &wrong);
                scope.spawn(move || {
                    while let Some(field) = fields.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if let Err(why) = ground.play(field) {
                            let (session, stage, heading) = (field.session, field.stage, field.heading);
                            let text = format!("[{session}] {}.{} {heading}: {why}", stage.name, stage.nth);
                            wrong.lock().unwrap().push(text);
                        }
                    }
                });
            }
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {count} fields:\n{}", wrong.len(), wrong.join("\n"));
}
