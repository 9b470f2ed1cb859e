// Written by `make bindings` from core/src/ffi and uniffi.toml.

#![allow(clippy::too_many_arguments, reason = "options are arguments of their own in Python")]

use std::sync::Arc;

use pyo3::prelude::*;
use quoalise::ffi;

use crate::convert::{FromPython, ToPython, argument};
use crate::error::raise;
use crate::named::{from_name, member, record, unknown};
use crate::operation::Operation;

{% macro passes(method) %}
{% for passed in method.passed %}
{% if passed.options %}
let {{ passed.name }} = ffi::{{ passed.options }} {
{% for field in passed.fields %}
    {{ field }}: argument("{{ field }}", {{ field }})?,
{% endfor %}
};
{% else %}
let {{ passed.name }}{% if passed.object %}: Arc<ffi::{{ passed.object }}>{% endif %} = argument("{{ passed.name }}", {{ passed.name }})?;
{% endif %}
{% endfor %}
{% endmacro %}
{% macro takes(method) %}
{% for argument in method.arguments %}{{ argument.name }}: &Bound<'_, PyAny>, {% endfor %}
{% endmacro %}
{% macro gives(method) %}
{% for passed in method.passed %}{% if passed.by_ref %}&{% endif %}{{ passed.name }}{% if not loop.last %}, {% endif %}{% endfor %}
{% endmacro %}
{% for class in clients %}
#[pyclass(frozen, module = "quoalise._native")]
pub struct {{ class.name }}(Arc<ffi::{{ class.name }}>);

#[pymethods]
impl {{ class.name }} {
{% for method in class.methods %}
{% if method.is_constructor %}
    #[staticmethod]
    fn {{ method.name }}({{ takes(method) }}) -> PyResult<Operation> {
        {{ passes(method) }}
        Ok(Operation::new(ffi::{{ class.name }}::{{ method.name }}({{ gives(method) }})))
    }

{% elif method.is_iterator %}
    fn ready(&self) -> Operation {
        let this = self.0.clone();
        Operation::new(async move { this.ready().await })
    }

    fn take(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.0.take().to_python(py)
    }

{% elif method.taken %}
    fn {{ method.name }}(&self, {{ takes(method) }}) -> PyResult<Operation> {
        let this = self.0.clone();
        {{ passes(method) }}
        Ok(Operation::new(async move { this.{{ method.taken }}({{ gives(method) }}).await }))
    }

{% elif method.is_async %}
    fn {{ method.name }}(&self, {{ takes(method) }}) -> PyResult<Operation> {
        let this = self.0.clone();
        {{ passes(method) }}
        Ok(Operation::new(async move { this.{{ method.name }}({{ gives(method) }}).await }))
    }

{% else %}
    fn {{ method.name }}(&self, py: Python<'_>, {{ takes(method) }}) -> PyResult<Py<PyAny>> {
        {{ passes(method) }}
        self.0.{{ method.name }}({{ gives(method) }}){% if method.throws %}.map_err(|error| raise(py, &error))?{% endif %}.to_python(py)
    }

{% endif %}
{% endfor %}
}

impl ToPython for Arc<ffi::{{ class.name }}> {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(Py::new(py, {{ class.name }}(self))?.into_any())
    }
}

{% endfor %}
{% for class in values %}
{{ class.doc|comment }}
#[pyclass(frozen, module = "quoalise")]
pub struct {{ class.name }}(Arc<ffi::{{ class.name }}>);

#[pymethods]
impl {{ class.name }} {
{% for method in class.methods %}
    {{ method.doc|comment }}
{% if method.is_property %}
    #[getter]
{% endif %}
    fn {{ method.name }}(&self, py: Python<'_>, {{ takes(method) }}) -> PyResult<Py<PyAny>> {
        {{ passes(method) }}
        self.0.{{ method.name }}({{ gives(method) }}){% if method.throws %}.map_err(|error| raise(py, &error))?{% endif %}.to_python(py)
    }

{% endfor %}
}

impl ToPython for Arc<ffi::{{ class.name }}> {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(Py::new(py, {{ class.name }}(self))?.into_any())
    }
}

impl FromPython for Arc<ffi::{{ class.name }}> {
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(value.cast::<{{ class.name }}>()?.get().0.clone())
    }
}

{% endfor %}
{% for function in functions %}
#[pyfunction]
fn {{ function.name }}(py: Python<'_>, {{ takes(function) }}) -> PyResult<Py<PyAny>> {
    {{ passes(function) }}
    let done = py.detach(|| ffi::{{ function.name }}({{ gives(function) }}));
    done{% if function.throws %}.map_err(|error| raise(py, &error))?{% endif %}.to_python(py)
}

{% endfor %}
{% for enum in enums %}
impl ToPython for ffi::{{ enum.name }} {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let value = match self {
        {% for variant in enum.variants %}
            Self::{{ variant.rust }} => "{{ variant.value }}",
        {% endfor %}
            {% if enum.grows %}
            _ => return Err(unknown("{{ enum.name }}")),
            {% endif %}
        };
        member(py, "{{ enum.name }}", value)
    }
}

impl FromPython for ffi::{{ enum.name }} {
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        from_name(value, "{{ enum.name }}", &[
        {% for variant in enum.variants %}
            ("{{ variant.value }}", Self::{{ variant.rust }}),
        {% endfor %}
        ])
    }
}

{% endfor %}
{% for record in records %}
impl ToPython for ffi::{{ record.name }} {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values = [
        {% for field in record.fields %}
            self.{{ field.name }}.to_python(py)?,
        {% endfor %}
        ];
        record(py, "{{ record.name }}", values)
    }
}

{% endfor %}
{% for union in unions %}
impl ToPython for ffi::{{ union.name }} {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        match self {
        {% for member in union.members %}
            Self::{{ member.variant }}(member) => member.to_python(py),
        {% endfor %}
        }
    }
}

{% endfor %}
/// Adds all that is above.
pub fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
{% for class in clients %}
    module.add_class::<{{ class.name }}>()?;
{% endfor %}
{% for class in values %}
    module.add_class::<{{ class.name }}>()?;
{% endfor %}
{% for function in functions %}
    module.add_function(wrap_pyfunction!({{ function.name }}, module)?)?;
{% endfor %}
    Ok(())
}
