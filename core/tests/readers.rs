//! The readers on what they should understand, and on noise: the short form of the fuzzing in `core/fuzz`.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

#[path = "../fuzz/checks.rs"]
mod checks;

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    let read = |path: &std::path::PathBuf| {
        (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())
    };
    files.iter().map(read).collect()
}

#[test]
fn the_corpora_are_understood() {
    for (name, check) in checks::ALL {
        for (file, input) in corpus(name) {
            let nonsense = file.starts_with("bad-");
            assert_eq!(check(&input), !nonsense, "{name}/{file}");
        }
    }
}

/// Shows itself where the check of it fails.
struct Shown(&'static str, Vec<u8>);

impl Drop for Shown {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}: {:?}", self.0, String::from_utf8_lossy(&self.1));
        }
    }
}

/// Inputs cut, doubled, mixed with each other and sprinkled with what the formats are made of.
#[test]
fn noise_breaks_no_reader() {
    const ROUNDS: u32 = 5000;
    // The same noise each time: a failure can be looked at.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for (name, check) in checks::ALL {
        let corpus = corpus(name);
        let mut understood = 0;
        for _ in 0..ROUNDS {
            let input = Shown(name, mutate(&corpus, runner.rng()));
            understood += u32::from(check(&input.1));
        }
        // Else it is the mutation that is broken: readers would only ever see rubbish.
        assert!(understood > ROUNDS / 50, "{name}: only {understood} understood");
        assert!(understood < ROUNDS, "{name}: everything understood");
    }
}

fn mutate(corpus: &[(String, Vec<u8>)], rng: &mut TestRng) -> Vec<u8> {
    const PIECES: [&[u8]; 28] = [
        b"<senml t=\"1\" v=\"2\"/>",
        b"<senml v='2' t='1'></senml>",
        b" t=\"0.5\"",
        b" v=\"None\"",
        b" vs=\"\"",
        b" bver=\"26\"",
        b" xmlns=\"urn:x\"",
        b"<!-- -->",
        b"<![CDATA[ ]]>",
        b"&#10;",
        b"&lt;",
        b"/>",
        b"\">",
        b"\"",
        b"'",
        b"</",
        b"null",
        b"1e9",
        b"-",
        b".5",
        b"9007199254740993",
        b"\"bn\":\"a\",",
        b"{},",
        b"]",
        b",",
        b";",
        b"\n",
        b"\"\"",
    ];
    let pick = |rng: &mut TestRng| corpus[below(rng, corpus.len())].1.clone();
    let mut input = pick(rng);
    for _ in 0..=below(rng, 3) {
        let at = below(rng, input.len() + 1);
        let end = (at + below(rng, 24)).min(input.len());
        match below(rng, 7) {
            0 => drop(input.drain(at..end)),
            1 => drop(input.splice(at..end, PIECES[below(rng, PIECES.len())].iter().copied())),
            2 | 3 => drop(input.splice(at..at, PIECES[below(rng, PIECES.len())].iter().copied())),
            4 => {
                let copy = input[at..end].to_vec();
                let to = below(rng, input.len() + 1);
                drop(input.splice(to..to, copy));
            }
            5 if at < input.len() => input[at] = (rng.next_u32() % 256) as u8,
            _ => {
                let other = pick(rng);
                let from = below(rng, other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
        }
    }
    input
}

fn below(rng: &mut TestRng, bound: usize) -> usize {
    rng.next_u32() as usize % bound
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_at_all(input in prop::collection::vec(any::<u8>(), 0..200)) {
        for (_, check) in checks::ALL {
            check(&input);
        }
    }

    #[test]
    fn any_text_in_the_alphabet_of_the_formats(input in "[ -~\n\té]{0,120}|[<>/='\"&;!\\[\\]{}:,a-z0-9 \n-]{0,120}") {
        for (_, check) in checks::ALL {
            check(input.as_bytes());
        }
    }
}
