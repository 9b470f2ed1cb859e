//! Which numbers came, and how.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::Path;
use std::str::FromStr;

/// How a number came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// In a push.
    Pushed,
    /// In a push that said it may have been given before.
    Repeated,
    /// By asking for what a told hole may have swallowed.
    Filled,
}

/// A line of the file that outlives its writer: the number, and the way if it was not a push like others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line(pub usize, pub Way);

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number, way) = self;
        match way {
            Way::Pushed => write!(f, "{number}"),
            Way::Repeated => write!(f, "{number} repeated"),
            Way::Filled => write!(f, "{number} filled"),
        }
    }
}

impl FromStr for Line {
    type Err = io::Error;

    fn from_str(line: &str) -> io::Result<Self> {
        let (number, way) = line.split_once(' ').unwrap_or((line, ""));
        let way = match way {
            "" => Way::Pushed,
            "repeated" => Way::Repeated,
            "filled" => Way::Filled,
            _ => return Err(io::Error::other(format!("no such way: {line}"))),
        };
        Ok(Self(number.parse().map_err(|_| io::Error::other(format!("no number: {line}")))?, way))
    }
}

/// What has come so far.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    came: BTreeSet<usize>,
    /// In pushes: what came by filling may well come in a push too.
    pushed: BTreeSet<usize>,
    /// Given twice, and the second time not told so.
    pub doubled: Vec<usize>,
    pub repeated: usize,
    /// That came in no push before.
    pub filled: usize,
}

impl Ledger {
    pub fn read(file: &Path) -> io::Result<Self> {
        let mut ledger = Self::default();
        for line in std::fs::read_to_string(file)?.lines() {
            let Line(number, way) = line.parse()?;
            ledger.take(number, way);
        }
        Ok(ledger)
    }

    pub fn take(&mut self, number: usize, way: Way) {
        let is_new = self.came.insert(number);
        match way {
            Way::Filled => self.filled += usize::from(is_new),
            Way::Repeated => {
                self.repeated += 1;
                self.pushed.insert(number);
            }
            Way::Pushed => {
                if !self.pushed.insert(number) {
                    self.doubled.push(number);
                }
            }
        }
    }

    /// How many different ones came.
    pub fn count(&self) -> usize {
        self.came.len()
    }

    /// Those below `end` that did not come.
    pub fn lost(&self, end: usize) -> Vec<usize> {
        (0..end).filter(|number| !self.came.contains(number)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_as_repeated_or_was_asked_for_is_not_doubled() {
        let mut ledger = Ledger::default();
        for (number, way) in [
            (0, Way::Pushed),
            (1, Way::Filled),
            (1, Way::Pushed),
            (0, Way::Filled),
            (0, Way::Repeated),
            (3, Way::Pushed),
        ] {
            ledger.take(number, way);
        }
        assert_eq!((ledger.count(), ledger.lost(5)), (3, vec![2, 4]));
        assert_eq!((ledger.repeated, ledger.filled, ledger.doubled.len()), (1, 1, 0));
        ledger.take(3, Way::Pushed);
        assert_eq!(ledger.doubled, [3]);
    }

    #[test]
    fn lines_are_read_as_they_are_written() {
        for line in [Line(0, Way::Pushed), Line(17, Way::Repeated), Line(4, Way::Filled)] {
            assert_eq!(line.to_string().parse::<Line>().unwrap(), line);
        }
        for wrong in ["", "x", "1 2", "1 "] {
            // The last is a line cut short, which reads as what it would have been.
            assert_eq!(wrong.parse::<Line>().is_err(), wrong != "1 ", "{wrong:?}");
        }
    }
}
