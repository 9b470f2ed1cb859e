//! What a series is: the core's fields, and the XML it came as, so that nothing of it is lost.

use jni::EnvUnowned;
use jni::objects::{JByteArray, JClass};
use jni::sys::jint;
use quoalise::data::{
    Aggregation, Data as CoreData, DeviceIdentifier, Element, Measurement, Metadata, NS, Pricing,
    SamplingInterval,
};
use quoalise::ffi;
use quoalise::senml::{ReadOptions, Records, WriteOptions};

use super::{Stored, answer, refused};
use crate::error::Throw;
use crate::wire::{Decode, Encode, Input, Output, ShortBytes, Wrong, invalid};

/// Asks something about metadata.
#[unsafe(no_mangle)]
pub extern "system" fn Java_quoalise_Columns_metadata<'local>(
    mut env: EnvUnowned<'local>,
    _class: JClass<'local>,
    question: jint,
    arguments: JByteArray<'local>,
) -> JByteArray<'local> {
    let outcome = env.with_env(|env| {
        let arguments = env.convert_byte_array(&arguments)?;
        let input = &mut Input::new(&arguments);
        let metadata = |input: &mut Input<'_>| input.argument("metadata").map(|Given(metadata)| metadata);
        // By the order of `Metadata.Question` in Java.
        match question {
            0 => answer(
                env,
                input.argument("head").and_then(|ShortBytes(head)| first(&head)).and_then(Told::of),
            ),
            1 => answer(env, metadata(input).and_then(Told::of)),
            2 => answer(env, metadata(input).map(|metadata| metadata.to_element().to_json().to_string())),
            3 => answer(
                env,
                input.argument("json").and_then(|text: String| from_json(&text)).and_then(Told::of),
            ),
            4 => answer(env, metadata(input).and_then(|one| Ok(one == metadata(input)?))),
            5 => {
                answer(env, input.argument("xml").and_then(|xml: String| of_payload(&xml)).and_then(Told::of))
            }
            _ => answer(env, Err::<(), _>(invalid("there is no such question"))),
        }
    });
    outcome.resolve::<Throw>()
}

fn first(head: &[u8]) -> ffi::Result<Metadata> {
    of_payload(&Input::new(head).argument::<Stored>("head")?.frame)
}

fn of_payload(xml: &str) -> ffi::Result<Metadata> {
    let data = CoreData::from_xml(xml.as_bytes(), &ReadOptions::default());
    Ok(data.map_err(refused)?.meta().clone())
}

fn from_json(text: &str) -> ffi::Result<Metadata> {
    let json = serde_json::from_str(text).ok().filter(serde_json::Value::is_object);
    let json = json.ok_or_else(|| invalid("argument `json` is no JSON object"))?;
    Ok(Metadata::from_element(Element::from_json("meta", NS, &json).map_err(refused)?))
}

/// Metadata on their way to Java, with a payload of nothing else.
struct Told(Metadata, String);

impl Told {
    fn of(metadata: Metadata) -> ffi::Result<Self> {
        let payload = CoreData::new(metadata.clone(), Records::new()).to_xml(&WriteOptions::default());
        Ok(Self(metadata, payload.map_err(refused)?))
    }
}

impl Encode for Told {
    fn encode(self, out: &mut Output) {
        let Self(metadata, payload) = self;
        payload.encode(out);
        metadata.device_type.encode(out);
        metadata.device.encode(out);
        metadata.measurement.encode(out);
        metadata.pricing.encode(out);
    }
}

impl Encode for DeviceIdentifier {
    fn encode(self, out: &mut Output) {
        self.authority.encode(out);
        self.kind.encode(out);
        self.value.encode(out);
    }
}

impl Encode for Pricing {
    fn encode(self, out: &mut Output) {
        self.range_code.encode(out);
        self.range_description.encode(out);
        self.kind.encode(out);
        self.kind_description.encode(out);
    }
}

/// Metadata that Java gives.
pub struct Given(pub Metadata);

impl Decode for Given {
    /// What came as XML and says the same still is written as it came.
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        let payload = String::decode(input)?;
        let mut metadata = if payload.is_empty() {
            Metadata::default()
        } else {
            of_payload(&payload).map_err(Wrong::Gone)?
        };
        metadata.device_type = Decode::decode(input)?;
        metadata.device = Decode::decode(input)?;
        metadata.measurement = Decode::decode(input)?;
        metadata.pricing = Decode::decode(input)?;
        Ok(Self(metadata))
    }
}

impl Decode for DeviceIdentifier {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        Ok(Self {
            authority: Decode::decode(input)?,
            kind: Decode::decode(input)?,
            value: Decode::decode(input)?,
        })
    }
}

impl Decode for Measurement {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        let interval = |text: String| {
            let wrong =
                "has a sampling interval that is neither ISO 8601 nor seconds: write it as PT30M or P1D";
            SamplingInterval::parse(&text).ok_or(Wrong::Value(wrong))
        };
        Ok(Self {
            name: Decode::decode(input)?,
            direction: Decode::decode(input)?,
            quantity: Decode::decode(input)?,
            kind: Decode::decode(input)?,
            subtype: Decode::decode(input)?,
            unit: Decode::decode(input)?,
            aggregation: Option::<String>::decode(input)?.map(|text| Aggregation::from(&*text)),
            sampling_interval: Option::<String>::decode(input)?.map(interval).transpose()?,
            corrected: Decode::decode(input)?,
            estimated: Decode::decode(input)?,
        })
    }
}

impl Decode for Pricing {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        Ok(Self {
            range_code: Decode::decode(input)?,
            range_description: Decode::decode(input)?,
            kind: Decode::decode(input)?,
            kind_description: Decode::decode(input)?,
        })
    }
}
