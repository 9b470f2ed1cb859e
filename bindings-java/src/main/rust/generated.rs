//! Interim, until what is generated is merged.
use quoalise::data::Measurement;
use quoalise::ffi;
use crate::wire::Encode;
impl Encode for &ffi::Error {
    fn encode(self, out: &mut Vec<u8>) {
        self.to_string().encode(out);
    }
}
impl Encode for Measurement {
    fn encode(self, out: &mut Vec<u8>) {
        self.name.encode(out); self.direction.encode(out); self.quantity.encode(out); self.kind.encode(out);
        self.subtype.encode(out); self.unit.encode(out); self.aggregation.encode(out); self.sampling_interval.encode(out);
        self.corrected.encode(out); self.estimated.encode(out);
    }
}
