//! What a series is.

use pyo3::PyTypeInfo;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use quoalise::data::{
    Aggregation, Data as CoreData, DeviceIdentifier as CoreDevice, Element, Measurement as CoreMeasurement,
    Metadata as CoreMetadata, NS, Pricing as CorePricing, SamplingInterval,
};
use quoalise::senml::{ReadOptions, Records, WriteOptions};

use super::{core_error, from_json, to_json_text};
use crate::convert::ToPython;
use crate::error::invalid;

/// `Name(field='…', …)` of the fields that are there.
fn shown(name: &str, fields: &[(&str, Option<String>)]) -> String {
    let fields: Vec<String> =
        fields.iter().filter_map(|(field, value)| Some(format!("{field}={}", value.as_ref()?))).collect();
    format!("{name}({})", fields.join(", "))
}

fn quoted(text: Option<&str>) -> Option<String> {
    text.map(|text| format!("'{}'", text.escape_debug()))
}

fn truth(flag: Option<bool>) -> Option<String> {
    flag.map(|flag| if flag { "True" } else { "False" }.to_owned())
}

/// What a device is called, and by whom.
#[pyclass(frozen, eq, module = "quoalise")]
#[derive(Clone, PartialEq)]
pub struct DeviceIdentifier(CoreDevice);

#[pymethods]
impl DeviceIdentifier {
    #[new]
    #[pyo3(signature = (authority=None, kind=None, value=None))]
    fn new(authority: Option<String>, kind: Option<String>, value: Option<String>) -> Self {
        Self(CoreDevice { authority, kind, value })
    }

    /// Who gives such names: ``enedis``, ``grdf``, …
    #[getter]
    fn authority(&self) -> Option<&str> {
        self.0.authority.as_deref()
    }

    /// The kind of name: ``prm``, ``pce``, …
    #[getter]
    fn kind(&self) -> Option<&str> {
        self.0.kind.as_deref()
    }

    /// The name itself.
    #[getter]
    fn value(&self) -> Option<&str> {
        self.0.value.as_deref()
    }

    /// The value is personal and left out.
    fn __repr__(&self) -> String {
        shown("DeviceIdentifier", &[("authority", quoted(self.authority())), ("kind", quoted(self.kind()))])
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let fields = (self.authority(), self.kind(), self.value());
        Ok((Self::type_object(py).into_any(), fields.into_pyobject(py)?))
    }
}

/// What is measured, and how.
#[pyclass(frozen, eq, module = "quoalise")]
#[derive(Clone, PartialEq)]
pub struct Measurement(pub CoreMeasurement);

#[pymethods]
impl Measurement {
    #[new]
    #[pyo3(signature = (name=None, direction=None, quantity=None, kind=None, subtype=None, unit=None, aggregation=None, sampling_interval=None, corrected=None, estimated=None))]
    #[allow(clippy::too_many_arguments, reason = "they are its fields, given by name")]
    fn new(
        py: Python<'_>,
        name: Option<String>,
        direction: Option<String>,
        quantity: Option<String>,
        kind: Option<String>,
        subtype: Option<String>,
        unit: Option<String>,
        aggregation: Option<&str>,
        sampling_interval: Option<&str>,
        corrected: Option<bool>,
        estimated: Option<bool>,
    ) -> PyResult<Self> {
        let interval = |text: &str| {
            let message = "the sampling interval is neither ISO 8601 nor seconds. Write it as PT30M or P1D";
            SamplingInterval::parse(text).ok_or_else(|| invalid(py, message))
        };
        let mut measurement = CoreMeasurement::default();
        (measurement.name, measurement.direction, measurement.quantity) = (name, direction, quantity);
        (measurement.kind, measurement.subtype, measurement.unit) = (kind, subtype, unit);
        measurement.aggregation = aggregation.map(Aggregation::from);
        measurement.sampling_interval = sampling_interval.map(interval).transpose()?;
        (measurement.corrected, measurement.estimated) = (corrected, estimated);
        Ok(Self(measurement))
    }

    /// ``active-power``, ``active-energy-index``, ``load-profile``, …
    #[getter]
    fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// ``consumption`` or ``production``.
    #[getter]
    fn direction(&self) -> Option<&str> {
        self.0.direction.as_deref()
    }

    /// ``power``, ``energy``, ``voltage``, …
    #[getter]
    fn quantity(&self) -> Option<&str> {
        self.0.quantity.as_deref()
    }

    /// The kind of quantity: ``electrical``, …
    #[getter]
    fn kind(&self) -> Option<&str> {
        self.0.kind.as_deref()
    }

    /// ``active``, ``reactive``, …
    #[getter]
    fn subtype(&self) -> Option<&str> {
        self.0.subtype.as_deref()
    }

    /// The unit: ``W``, ``Wh``, ``VA``, …
    #[getter]
    fn unit(&self) -> Option<&str> {
        self.0.unit.as_deref()
    }

    /// How each value stands for its interval: ``mean``, ``sum``, ``max``, ``min``, or else as written.
    #[getter]
    fn aggregation(&self) -> Option<&str> {
        self.0.aggregation.as_ref().map(Aggregation::as_str)
    }

    /// How long the interval of a value is, as ISO 8601: ``PT30M``, ``P1D``, …
    ///
    /// It begins at the record's time.
    #[getter]
    fn sampling_interval(&self) -> Option<String> {
        self.0.sampling_interval.map(|interval| interval.to_string())
    }

    /// How long the interval of a value is; None for days and months, whose length depends on the date.
    #[getter]
    fn interval(&self) -> Option<std::time::Duration> {
        let seconds = self.0.sampling_interval.and_then(|interval| interval.seconds())?;
        u64::try_from(seconds).ok().map(std::time::Duration::from_secs)
    }

    /// Whether the distributor has corrected the values.
    #[getter]
    fn corrected(&self) -> Option<bool> {
        self.0.corrected
    }

    /// Whether the values are estimated rather than measured.
    #[getter]
    fn estimated(&self) -> Option<bool> {
        self.0.estimated
    }

    fn __repr__(&self) -> String {
        shown(
            "Measurement",
            &[
                ("name", quoted(self.name())),
                ("direction", quoted(self.direction())),
                ("quantity", quoted(self.quantity())),
                ("kind", quoted(self.kind())),
                ("subtype", quoted(self.subtype())),
                ("unit", quoted(self.unit())),
                ("aggregation", quoted(self.aggregation())),
                ("sampling_interval", quoted(self.sampling_interval().as_deref())),
                ("corrected", truth(self.corrected())),
                ("estimated", truth(self.estimated())),
            ],
        )
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let fields = (
            self.name(),
            self.direction(),
            self.quantity(),
            self.kind(),
            self.subtype(),
            self.unit(),
            self.aggregation(),
            self.sampling_interval(),
            self.corrected(),
            self.estimated(),
        );
        Ok((Self::type_object(py).into_any(), fields.into_pyobject(py)?))
    }
}

impl ToPython for CoreMeasurement {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(Py::new(py, Measurement(self))?.into_any())
    }
}

/// The tariff the values belong to.
#[pyclass(frozen, eq, module = "quoalise")]
#[derive(Clone, PartialEq)]
pub struct Pricing(CorePricing);

#[pymethods]
impl Pricing {
    #[new]
    #[pyo3(signature = (range_code=None, range_description=None, kind=None, kind_description=None))]
    fn new(
        range_code: Option<String>,
        range_description: Option<String>,
        kind: Option<String>,
        kind_description: Option<String>,
    ) -> Self {
        Self(CorePricing { range_code, range_description, kind, kind_description })
    }

    /// The class: ``hph``, ``hch``, …
    #[getter]
    fn range_code(&self) -> Option<&str> {
        self.0.range_code.as_deref()
    }

    /// The class in words.
    #[getter]
    fn range_description(&self) -> Option<&str> {
        self.0.range_description.as_deref()
    }

    /// Whose tariff: ``distributor``, ``supplier``, …
    #[getter]
    fn kind(&self) -> Option<&str> {
        self.0.kind.as_deref()
    }

    /// Whose tariff, in words.
    #[getter]
    fn kind_description(&self) -> Option<&str> {
        self.0.kind_description.as_deref()
    }

    fn __repr__(&self) -> String {
        shown(
            "Pricing",
            &[
                ("range_code", quoted(self.range_code())),
                ("range_description", quoted(self.range_description())),
                ("kind", quoted(self.kind())),
                ("kind_description", quoted(self.kind_description())),
            ],
        )
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let fields = (self.range_code(), self.range_description(), self.kind(), self.kind_description());
        Ok((Self::type_object(py).into_any(), fields.into_pyobject(py)?))
    }
}

/// What a series is: device, measurement, tariff. Both dialects of Quoalise come out as this.
///
/// What has no field here is in ``as_dict``, and is kept.
#[pyclass(frozen, eq, module = "quoalise")]
#[derive(Clone, PartialEq)]
pub struct Metadata(pub CoreMetadata);

impl Metadata {
    /// Metadata, or the dict the reference program has of them.
    pub fn take(metadata: &Bound<'_, PyAny>) -> PyResult<CoreMetadata> {
        match metadata.cast::<Self>() {
            Ok(metadata) => Ok(metadata.get().0.clone()),
            Err(_) => of_dict(metadata.cast::<PyDict>()?),
        }
    }
}

fn of_dict(dict: &Bound<'_, PyDict>) -> PyResult<CoreMetadata> {
    let json = serde_json::from_str(&to_json_text(dict.as_any())?);
    let json = json.map_err(|error| pyo3::exceptions::PyValueError::new_err(error.to_string()))?;
    let element = Element::from_json("meta", NS, &json).map_err(|error| core_error(dict.py(), error))?;
    Ok(CoreMetadata::from_element(element))
}

#[pymethods]
impl Metadata {
    #[new]
    #[pyo3(signature = (as_dict=None, *, device_type=None, device=None, measurement=None, pricing=None))]
    fn new(
        as_dict: Option<Bound<'_, PyDict>>,
        device_type: Option<String>,
        device: Option<Bound<'_, DeviceIdentifier>>,
        measurement: Option<Bound<'_, Measurement>>,
        pricing: Option<Bound<'_, Pricing>>,
    ) -> PyResult<Self> {
        let mut metadata = as_dict.as_ref().map(of_dict).transpose()?.unwrap_or_default();
        metadata.device_type = device_type.or(metadata.device_type);
        metadata.device = device.map(|device| device.get().0.clone()).or(metadata.device);
        if let Some(measurement) = measurement {
            metadata.measurement = measurement.get().0.clone();
        }
        metadata.pricing = pricing.map(|pricing| pricing.get().0.clone()).or(metadata.pricing);
        Ok(Self(metadata))
    }

    /// The kind of device, such as ``electricity-meter``.
    #[getter]
    fn device_type(&self) -> Option<&str> {
        self.0.device_type.as_deref()
    }

    /// What the device is called, and by whom.
    #[getter]
    fn device(&self) -> Option<DeviceIdentifier> {
        self.0.device.clone().map(DeviceIdentifier)
    }

    /// What is measured.
    #[getter]
    fn measurement(&self) -> Measurement {
        Measurement(self.0.measurement.clone())
    }

    /// The tariff the values belong to.
    #[getter]
    fn pricing(&self) -> Option<Pricing> {
        self.0.pricing.clone().map(Pricing)
    }

    /// All that is known, also what has no field here, as nested dicts of texts.
    #[getter]
    fn as_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        match self.0.to_element().to_json() {
            serde_json::Value::Object(object) => Ok(from_json(py, &object)?.cast_into()?),
            _ => Ok(PyDict::new(py)),
        }
    }

    fn __repr__(&self) -> String {
        let device = self.device().map(|device| device.__repr__());
        let measurement = self.0.measurement != CoreMeasurement::default();
        let measurement = measurement.then(|| self.measurement().__repr__());
        let pricing = self.pricing().map(|pricing| pricing.__repr__());
        shown(
            "Metadata",
            &[
                ("device_type", quoted(self.device_type())),
                ("device", device),
                ("measurement", measurement),
                ("pricing", pricing),
            ],
        )
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        let restore = py.import("quoalise._native")?.getattr("_restore_metadata")?;
        let empty = CoreData::new(self.0.clone(), Records::new());
        let xml = empty.to_xml(&WriteOptions::default()).map_err(|error| core_error(py, error))?;
        Ok((restore, (xml,)))
    }
}

/// What was pickled.
#[pyfunction]
#[pyo3(name = "_restore_metadata")]
pub fn restore(py: Python<'_>, xml: &str) -> PyResult<Metadata> {
    let data = CoreData::from_xml(xml.as_bytes(), &ReadOptions::default());
    Ok(Metadata(data.map_err(|error| core_error(py, error))?.meta().clone()))
}
