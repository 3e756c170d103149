//! The rules that everything else stands on, tried on whole tables and on random worlds.

mod fan_out;
mod feed;
mod merge;
mod rights;
mod visibility;

use std::{fmt::Debug, ops::AsyncFn};

use proptest::{
    strategy::{Strategy, ValueTree as _},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

/// Tries a property on this many random values, the same in every run, and shows the smallest one that it fails on.
///
/// proptest's own runner can't wait for a database.
async fn for_all<S: Strategy>(cases: u32, values: &S, property: impl AsyncFn(S::Value) -> Result<(), String>)
where
    S::Value: Debug,
{
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for case in 0..cases {
        let mut tree = values.new_tree(&mut runner).unwrap();
        let Err(mut reason) = property(tree.current()).await else { continue };
        let mut smallest = tree.current();
        let mut goes_on = tree.simplify();
        while goes_on {
            goes_on = match property(tree.current()).await {
                Ok(()) => tree.complicate(),
                Err(newer) => {
                    (smallest, reason) = (tree.current(), newer);
                    tree.simplify()
                }
            };
        }
        panic!("case {case}: {reason}\n{smallest:#?}");
    }
}

/// Two values that must be equal, and what they are.
fn equal<T: PartialEq + Debug>(what: impl Debug, found: &T, expected: &T) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what:?}: found {found:?}, expected {expected:?}"))
}
