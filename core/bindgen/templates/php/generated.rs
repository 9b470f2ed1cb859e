// Written by `make bindings` from core/src/ffi and uniffi.toml.

use std::ffi::CStr;
use std::sync::Arc;

use ext_php_rs::types::Zval;
use quoalise::ffi;

use crate::border::{case, case_name, function, make, record, state};
use crate::convert::{FromPhp, ToPhp, Wrong};
use crate::error::{Fault, Result};

/// The numbers of classes, which C knows them by.
#[allow(dead_code, reason = "not all are made by name")]
pub mod class {
{% for name, number in classes %}
    pub const {{ name }}: u32 = {{ number }};
{% endfor %}
}

/// What native objects hold.
pub trait Native: Send + Sync + 'static {
    /// The number of their class.
    const CLASS: u32;
}

/// The class of all errors.
pub const BASE: u32 = class::{{ error_base|constant }};

{% macro passes(method) %}
{% for passed in method.passed %}
{% if passed.options %}
let {{ passed.name }} = ffi::{{ passed.options }} {
{% for field, value in passed.fields %}
    {{ field }}: {{ value }},
{% endfor %}
};
{% else %}
let {{ passed.name }}{% if passed.object %}: Arc<ffi::{{ passed.object }}>{% endif %} = {{ passed.value }};
{% endif %}
{% endfor %}
{% endmacro %}
{% macro gives(method) %}
{% for passed in method.passed %}{% if passed.by_ref %}&{% endif %}{{ passed.name }}{% if not loop.last %}, {% endif %}{% endfor %}
{% endmacro %}
{% for object in objects %}
{% for method in object.methods %}
function!(quoalise_{{ object.name }}_{{ method.name }}, |call| {
{% if method.is_constructor %}
    let given = call.options(&[{% for key in method.keys %}"{{ key }}", {% endfor %}])?;
    {{ passes(method) }}
    crate::sessions::{{ method.rust }}(call, &given, {{ gives(method) }})
{% else %}
    let this = call.this::<ffi::{{ object.name }}>()?;
    {{ passes(method) }}
{% if method.is_iterator %}
    let timeout = call.or({{ method.parameters|length - 1 }}, c"?float", None)?;
    crate::items::next(&*this, timeout)?.to_php()
{% elif method.is_pending %}
    crate::pending::begin(async move { this.{{ method.rust }}({{ gives(method) }}).await })
{% elif method.taken %}
    call.wait_and_take(async move { this.{{ method.taken }}({{ gives(method) }}).await })
{% elif method.is_async %}
    call.wait(async move { this.{{ method.rust }}({{ gives(method) }}).await })
{% else %}
    this.{{ method.rust }}({{ gives(method) }}){% if method.throws %}?{% endif %}.to_php()
{% endif %}
{% endif %}
});

{% endfor %}
{% if object.items %}
function!(quoalise_{{ object.name }}_getIterator, |call| {
    let this = call.this::<ffi::{{ object.name }}>()?;
    let timeout = call.or(0, c"?float", None)?;

    crate::items::items(this, timeout)
});

{% endif %}
impl Native for ffi::{{ object.name }} {
    const CLASS: u32 = class::{{ object.name|constant }};
}

impl ToPhp for Arc<ffi::{{ object.name }}> {
    fn to_php(self) -> Result<Zval> {
        make(class::{{ object.name|constant }}, self)
    }
}

impl FromPhp for Arc<ffi::{{ object.name }}> {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        state(value, class::{{ object.name|constant }}).cloned().ok_or(Wrong::Type)
    }
}

{% endfor %}
{% for function in functions %}
function!(quoalise_{{ function.name }}, |call| {
    {{ passes(function) }}
    ffi::{{ function.rust }}({{ gives(function) }}){% if function.throws %}?{% endif %}.to_php()
});

{% endfor %}
{% for enum in enums %}
impl ToPhp for ffi::{{ enum.name }} {
    fn to_php(self) -> Result<Zval> {
        case(class::{{ enum.name|constant }}, match self {
        {% for variant in enum.variants %}
            Self::{{ variant.name }} => c"{{ variant.name }}",
        {% endfor %}
        {% if enum.grows %}
            _ => return Err(Fault::unknown("{{ enum.name }}")),
        {% endif %}
        })
    }
}

{% if enum.name != "ErrorKind" %}
impl FromPhp for ffi::{{ enum.name }} {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        Ok(match case_name(value, class::{{ enum.name|constant }}).ok_or(Wrong::Type)? {
        {% for variant in enum.variants %}
            "{{ variant.name }}" => Self::{{ variant.name }},
        {% endfor %}
            _ => return Err(Wrong::Type),
        })
    }
}

{% endif %}
{% endfor %}
{% for record in records %}
impl ToPhp for ffi::{{ record.name }} {
    fn to_php(self) -> Result<Zval> {
        record(class::{{ record.name|constant }}, [
        {% for field in record.fields %}
            self.{{ field.rust }}.to_php()?,
        {% endfor %}
        ])
    }
}

{% endfor %}
{% for union in unions %}
impl ToPhp for ffi::{{ union.name }} {
    fn to_php(self) -> Result<Zval> {
        match self {
        {% for variant in union.variants %}
            Self::{{ variant }}(member) => member.to_php(),
        {% endfor %}
        }
    }
}

{% endfor %}
/// The class of an error.
pub fn class_of(kind: ffi::ErrorKind) -> u32 {
    match kind {
    {% for error in errors %}
    {% if error.kind %}
        ffi::ErrorKind::{{ error.kind }} => class::{{ error.name|constant }},
    {% endif %}
    {% endfor %}
        _ => BASE,
    }
}

/// The properties of an exception.
pub fn fields_of(error: &ffi::Error) -> Result<[(&'static CStr, Zval); {{ error_fields|length }}]> {
    Ok([
    {% for field in error_fields %}
        (c"{{ field.name }}", error.{{ field.rust }}().to_php()?),
    {% endfor %}
    ])
}
