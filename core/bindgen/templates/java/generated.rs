// Written by `make bindings` from core/src/ffi and uniffi.toml.

use std::sync::Arc;

use quoalise::ffi;

use crate::handle;
use crate::operation::{Work, result};
use crate::wire::{Decode, Encode, Input, Output, Wrong, invalid};

/// What the Java classes have to be made from too.
pub const INTERFACE: &str = "{{ digest }}";

{% macro passes(method) %}
{% for passed in method.passed %}
{% if passed.options %}
let {{ passed.name }} = ffi::{{ passed.options }} {
{% for field in passed.fields %}
    {{ field[0] }}: input.argument("{{ field[1] }}")?,
{% endfor %}
};
{% else %}
let {{ passed.name }}{% if passed.object %}: Arc<ffi::{{ passed.object }}>{% endif %} = input.argument("{{ passed.java }}")?;
{% endif %}
{% endfor %}
{% endmacro %}
{% macro gives(method) %}
{% for passed in method.passed %}{% if passed.by_ref %}&{% endif %}{{ passed.name }}{% if not loop.last %}, {% endif %}{% endfor %}
{% endmacro %}
/// What has to be waited for, by its number.
///
/// # Errors
/// Arguments that cannot be right.
pub fn work(call: i32, handle: i64, input: &mut Input<'_>) -> ffi::Result<Work> {
    Ok(match call {
{% for class in classes %}
{% for method in class.methods if method.is_async %}
        {{ method.number }} => {
{% if method.is_constructor %}
            {{ passes(method) }}
            Work::new(ffi::{{ class.name }}::{{ method.rust }}({{ gives(method) }}))
{% else %}
            let this: Arc<ffi::{{ class.name }}> = handle::get(handle)?;
{% if method.is_iterator %}
            let from = this.clone();
            Work::items(async move { this.ready().await }, move || from.take())
{% else %}
            {{ passes(method) }}
            Work::new(async move { this.{{ method.taken or method.rust }}({{ gives(method) }}).await })
{% endif %}
{% endif %}
        }
{% endfor %}
{% endfor %}
        _ => return Err(invalid("there is no such call")),
    })
}

/// What need not be waited for, by its number; what comes of it is written into `out`.
///
/// # Errors
/// Arguments that cannot be right.
pub fn call(call: i32, handle: i64, input: &mut Input<'_>, out: &mut Output) -> ffi::Result<()> {
    match call {
{% for class in classes %}
{% for method in class.methods if not method.is_async %}
        {{ method.number }} => {
            let this: Arc<ffi::{{ class.name }}> = handle::get(handle)?;
            {{ passes(method) }}
{% if method.throws %}
            result(this.{{ method.rust }}({{ gives(method) }}), out);
{% else %}
            result(Ok(this.{{ method.rust }}({{ gives(method) }})), out);
{% endif %}
        }
{% endfor %}
{% endfor %}
{% for method in functions %}
        {{ method.number }} => {
            {{ passes(method) }}
            result(ffi::{{ method.rust }}({{ gives(method) }}), out);
        }
{% endfor %}
        _ => return Err(invalid("there is no such call")),
    }
    Ok(())
}

{% for class in classes %}
impl Encode for Arc<ffi::{{ class.name }}> {
    fn encode(self, out: &mut Output) {
        out.hold(self);
    }
}

{% endfor %}
impl Encode for &ffi::Error {
    fn encode(self, out: &mut Output) {
        self.to_string().encode(out);
{% for field in error_fields %}
        self.{{ field.rust }}().encode(out);
{% endfor %}
    }
}

{% for enum in enums %}
impl Encode for ffi::{{ enum.name }} {
    fn encode(self, out: &mut Output) {
        let place: i32 = match self {
{% for variant in enum.variants %}
            Self::{{ variant.rust }} => {{ loop.index0 }},
{% endfor %}
{% if enum.grows %}
            _ => -1,
{% endif %}
        };
        out.extend_from_slice(&place.to_be_bytes());
    }
}

impl Decode for ffi::{{ enum.name }} {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        Ok(match input.place()? {
{% for variant in enum.variants %}
            {{ loop.index0 }} => Self::{{ variant.rust }},
{% endfor %}
            _ => return Err(Wrong::Value("is none of its names")),
        })
    }
}

{% endfor %}
{% for record in records %}
impl Encode for ffi::{{ record.name }} {
    fn encode(self, {% if not record.fields %}_{% endif %}out: &mut Output) {
{% for field in record.fields %}
        self.{{ field.rust }}.encode(out);
{% endfor %}
    }
}

{% endfor %}
{% for union in unions %}
impl Encode for ffi::{{ union.name }} {
    fn encode(self, out: &mut Output) {
        match self {
{% for member in union.members %}
            Self::{{ member.variant }}(member) => {
                out.extend_from_slice(&{{ loop.index0 }}_i32.to_be_bytes());
                member.encode(out);
            }
{% endfor %}
        }
    }
}

{% endfor %}
