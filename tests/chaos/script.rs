//! What a network does to those who use it, told beforehand by a number.

use std::time::Duration;

use fastrand::Rng;

use crate::proxy::{Fault, Way};

/// A fault, and how long nothing happens before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// How long nothing happens.
    pub pause: Duration,
    /// What happens then.
    pub fault: Fault,
}

/// Faults without end, the same ones for the same seed.
///
/// Two in three are cuts of some kind. None of the others takes longer than `longest`, so that a session whose limits
/// are of that order meets faults that it sits out and faults that it gives up in.
#[derive(Clone, Debug)]
pub struct Script {
    random: Rng,
    longest: Duration,
}

impl Script {
    /// The faults of this seed.
    pub fn new(seed: u64, longest: Duration) -> Self {
        Self { random: Rng::with_seed(seed), longest }
    }

    /// Only cuts of all connections, for those who want many.
    pub fn cuts(self) -> impl Iterator<Item = Step> {
        self.map(|step| {
            let fault = if step.fault == Fault::HangUp { Fault::HangUp } else { Fault::Cut };
            Step { fault, ..step }
        })
    }

    fn time(&mut self) -> Duration {
        // Short ones are more frequent than long ones, and differ from each other more.
        self.longest.mul_f64(self.random.f64().powi(2).max(0.01))
    }

    fn way(&mut self) -> Way {
        [Way::Up, Way::Down, Way::Both][self.random.usize(..3)]
    }
}

impl Iterator for Script {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let pause = Duration::from_millis(self.random.u64(20..500));
        let fault = match self.random.u8(..100) {
            0..34 => Fault::Cut,
            34..52 => Fault::HangUp,
            52..68 => Fault::CutOne(self.random.usize(..1000)),
            68..76 => Fault::Stall(self.way(), self.time()),
            76..83 => {
                let by = Duration::from_millis(self.random.u64(5..400));
                Fault::Delay { by, time: self.time() }
            }
            83..90 => {
                // From a few bytes a second to what a modem does.
                let bytes_per_second = 2_u32.pow(self.random.u32(1..=14));
                Fault::Throttle { bytes_per_second, time: self.time() }
            }
            90..95 => Fault::Swallow(self.way()),
            _ => Fault::Refuse(self.time() / 2),
        };
        Some(Step { pause, fault })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_secs(5);

    #[test]
    fn a_seed_tells_all() {
        let steps = |seed| Script::new(seed, LONGEST).take(1000).collect::<Vec<_>>();
        assert_eq!(steps(7), steps(7));
        assert_ne!(steps(7), steps(8));
    }

    #[test]
    fn there_is_some_of_everything_and_nothing_lasts() {
        let steps: Vec<_> = Script::new(1, LONGEST).take(1000).collect();
        let count = |is: fn(&Fault) -> bool| steps.iter().filter(|step| is(&step.fault)).count();
        let cuts = count(|fault| matches!(fault, Fault::Cut | Fault::HangUp | Fault::CutOne(_)));
        assert!((600..800).contains(&cuts), "{cuts}");
        for kind in [
            |fault: &Fault| matches!(fault, Fault::Stall(..)),
            |fault: &Fault| matches!(fault, Fault::Delay { .. }),
            |fault: &Fault| matches!(fault, Fault::Throttle { .. }),
            |fault: &Fault| matches!(fault, Fault::Swallow(_)),
            |fault: &Fault| matches!(fault, Fault::Refuse(_)),
        ] {
            assert!(count(kind) > 20);
        }
        for step in &steps {
            let time = match step.fault {
                Fault::Stall(_, time)
                | Fault::Delay { time, .. }
                | Fault::Throttle { time, .. }
                | Fault::Refuse(time) => time,
                _ => Duration::ZERO,
            };
            assert!(time <= LONGEST && step.pause < Duration::from_secs(1), "{step:?}");
        }
    }
}
