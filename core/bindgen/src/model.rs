//! What there is: the interface, held to the types that may cross.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use object::read::archive::ArchiveFile;
use object::{Object as _, ObjectSection as _, ObjectSymbol as _};
use serde::Serialize;
use uniffi_meta::{DefaultValueMetadata, FieldMetadata, FnParamMetadata, LiteralMetadata, Metadata};

/// The whole interface.
#[derive(Debug, Default, Serialize)]
pub struct Model {
    pub objects: BTreeMap<String, Object>,
    pub records: BTreeMap<String, Record>,
    pub enums: BTreeMap<String, Enum>,
    pub unions: BTreeMap<String, Union>,
    pub functions: Vec<Callable>,
    /// Custom types, which each language has its own way for.
    pub customs: Vec<String>,
}

/// Something with methods.
#[derive(Debug, Default, Serialize)]
pub struct Object {
    pub doc: String,
    pub constructors: Vec<Callable>,
    pub methods: Vec<Callable>,
}

impl Object {
    /// Whether anything about it has to be waited for.
    pub fn is_async(&self) -> bool {
        self.constructors.iter().chain(&self.methods).any(|callable| callable.is_async)
    }
}

/// A function, a method or a constructor.
#[derive(Clone, Debug, Serialize)]
pub struct Callable {
    pub name: String,
    pub doc: String,
    pub is_async: bool,
    pub arguments: Vec<Argument>,
    pub returns: Option<Type>,
    pub throws: bool,
}

/// What a [`Callable`] takes.
#[derive(Clone, Debug, Serialize)]
pub struct Argument {
    pub name: String,
    pub kind: Type,
    pub by_ref: bool,
    pub default: Option<Default>,
}

/// Values with names.
#[derive(Debug, Serialize)]
pub struct Record {
    pub doc: String,
    pub fields: Vec<Field>,
}

/// One of them.
#[derive(Clone, Debug, Serialize)]
pub struct Field {
    pub name: String,
    pub doc: String,
    pub kind: Type,
    pub default: Option<Default>,
}

/// Names of which one holds.
#[derive(Debug, Serialize)]
pub struct Enum {
    pub doc: String,
    /// Whether Rust does not know outside of the core that these are all.
    pub grows: bool,
    pub variants: Vec<Variant>,
}

/// One of them.
#[derive(Clone, Debug, Serialize)]
pub struct Variant {
    pub name: String,
    pub doc: String,
}

/// Records and objects of which one is there.
#[derive(Debug, Serialize)]
pub struct Union {
    pub doc: String,
    pub members: Vec<UnionMember>,
}

/// One of them.
#[derive(Clone, Debug, Serialize)]
pub struct UnionMember {
    /// What Rust calls it.
    pub variant: String,
    /// The record or object.
    pub kind: Type,
}

/// The types that may cross.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Type {
    Boolean,
    Integer,
    Float,
    String,
    Bytes,
    Duration,
    Custom(String),
    Optional(Box<Type>),
    List(Box<Type>),
    Record(String),
    Enum(String),
    Union(String),
    Object(String),
}

/// What holds where nothing is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Default {
    None,
    Boolean(bool),
    Integer(i64),
    String(String),
}

/// What UniFFI's macros have left in a library: a symbol each. (`uniffi_bindgen` can read it too, and takes minutes to
/// be built.)
fn metadata(library: &[u8]) -> Result<Vec<Metadata>> {
    let mut found = Vec::new();
    for member in ArchiveFile::parse(library)?.members() {
        let member = member?;
        // Beside the objects there is what rustc has to know of the crate.
        let Ok(object) = object::File::parse(member.data(library)?) else { continue };
        for symbol in object.symbols().filter(|symbol| symbol.is_definition()) {
            if !symbol.name()?.trim_start_matches('_').starts_with("UNIFFI_META_") {
                continue;
            }
            let section = symbol.section_index().context("a symbol without a section")?;
            let section = object.section_by_index(section)?;
            let at = usize::try_from(symbol.address() - section.address())?;
            let data = section.data()?.get(at..).context("a symbol outside its section")?;
            found.push(Metadata::read(data)?);
        }
    }
    Ok(found)
}

/// The error that everything throws.
const ERROR: &str = "Error";

impl Model {
    /// Reads the interface of a built library.
    pub fn read(library: &Path) -> Result<Self> {
        Self::of(metadata(&std::fs::read(library)?)?)
    }

    fn of(mut found: Vec<Metadata>) -> Result<Self> {
        let mut model = Self::default();
        // The order of symbols in a library is nobody's.
        found.sort();
        for one in &found {
            // First of all, so that it is known which enum is one of records.
            if let Metadata::Enum(meta) = one {
                let doc = text(meta.docstring.as_ref());
                if meta.variants.iter().all(|variant| variant.fields.is_empty()) {
                    let variant = |variant: &uniffi_meta::VariantMetadata| Variant {
                        name: variant.name.clone(),
                        doc: text(variant.docstring.as_ref()),
                    };
                    let variants = meta.variants.iter().map(variant).collect();
                    let grows = meta.non_exhaustive;
                    model.enums.insert(meta.name.clone(), Enum { doc, grows, variants });
                } else {
                    model.unions.insert(meta.name.clone(), Union { doc, members: Vec::new() });
                }
            }
        }
        for one in found {
            model.add(one)?;
        }
        if model.objects.is_empty() {
            bail!("no metadata of UniFFI are in it: build it with all features");
        }
        Ok(model)
    }

    fn add(&mut self, one: Metadata) -> Result<()> {
        match one {
            Metadata::Namespace(_) | Metadata::UniffiTrait(_) => {}
            Metadata::Enum(meta) => {
                let Some(mut union) = self.unions.remove(&meta.name) else { return Ok(()) };
                for variant in &meta.variants {
                    let of = format!("{}::{}", meta.name, variant.name);
                    let [field] = &variant.fields[..] else {
                        bail!(
                            "{of} is outside the set: an enum has no values at all, or a record or object in each"
                        );
                    };
                    let kind = self.kind(&field.ty, &of)?;
                    if !matches!(kind, Type::Record(_) | Type::Object(_)) {
                        bail!("{of} is outside the set: it holds what is neither a record nor an object");
                    }
                    union.members.push(UnionMember { variant: variant.name.clone(), kind });
                }
                self.unions.insert(meta.name, union);
            }
            Metadata::Record(meta) => {
                let fields = meta.fields.iter().map(|field| self.field(field, &meta.name));
                let record =
                    Record { doc: text(meta.docstring.as_ref()), fields: fields.collect::<Result<_>>()? };
                self.records.insert(meta.name, record);
            }
            Metadata::Object(meta) => {
                self.objects.entry(meta.name).or_default().doc = text(meta.docstring.as_ref());
            }
            Metadata::Constructor(meta) => {
                let of = format!("{}::{}", meta.self_name, meta.name);
                let callable = Callable {
                    arguments: self.arguments(&meta.inputs, &of)?,
                    returns: Some(Type::Object(meta.self_name.clone())),
                    throws: throws(meta.throws.as_ref(), &of)?,
                    name: meta.name,
                    doc: text(meta.docstring.as_ref()),
                    is_async: meta.is_async,
                };
                self.objects.entry(meta.self_name).or_default().constructors.push(callable);
            }
            Metadata::Method(meta) => {
                let of = format!("{}::{}", meta.self_name, meta.name);
                let callable = Callable {
                    arguments: self.arguments(&meta.inputs, &of)?,
                    returns: meta.return_type.map(|kind| self.kind(&kind, &of)).transpose()?,
                    throws: throws(meta.throws.as_ref(), &of)?,
                    name: meta.name,
                    doc: text(meta.docstring.as_ref()),
                    is_async: meta.is_async,
                };
                self.objects.entry(meta.self_name).or_default().methods.push(callable);
            }
            Metadata::Func(meta) => {
                let callable = Callable {
                    arguments: self.arguments(&meta.inputs, &meta.name)?,
                    returns: meta.return_type.map(|kind| self.kind(&kind, &meta.name)).transpose()?,
                    throws: throws(meta.throws.as_ref(), &meta.name)?,
                    name: meta.name,
                    doc: text(meta.docstring.as_ref()),
                    is_async: meta.is_async,
                };
                self.functions.push(callable);
            }
            Metadata::CustomType(meta) => self.customs.push(meta.name),
            other => bail!("{other:?} is outside the set of what may cross"),
        }
        Ok(())
    }

    fn field(&self, field: &FieldMetadata, of: &str) -> Result<Field> {
        let of = format!("{of}.{}", field.name);
        Ok(Field {
            name: field.name.clone(),
            doc: text(field.docstring.as_ref()),
            kind: self.kind(&field.ty, &of)?,
            default: default(field.default.as_ref(), &of)?,
        })
    }

    fn arguments(&self, inputs: &[FnParamMetadata], of: &str) -> Result<Vec<Argument>> {
        let one = |input: &FnParamMetadata| {
            let of = format!("{of}({})", input.name);
            Ok(Argument {
                name: input.name.clone(),
                kind: self.kind(&input.ty, &of)?,
                by_ref: input.by_ref,
                default: default(input.default.as_ref(), &of)?,
            })
        };
        inputs.iter().map(one).collect()
    }

    fn kind(&self, kind: &uniffi_meta::Type, of: &str) -> Result<Type> {
        use uniffi_meta::Type as Meta;
        Ok(match kind {
            Meta::Boolean => Type::Boolean,
            Meta::Int8 | Meta::UInt8 | Meta::Int32 | Meta::UInt32 | Meta::Int64 | Meta::UInt64 => {
                Type::Integer
            }
            Meta::Float64 => Type::Float,
            Meta::String => Type::String,
            Meta::Bytes => Type::Bytes,
            Meta::Duration => Type::Duration,
            Meta::Custom { name, .. } => Type::Custom(name.clone()),
            Meta::Optional { inner_type } => Type::Optional(Box::new(self.kind(inner_type, of)?)),
            Meta::Sequence { inner_type } if **inner_type == Meta::UInt8 => Type::Bytes,
            Meta::Sequence { inner_type } => Type::List(Box::new(self.kind(inner_type, of)?)),
            Meta::Record { name, .. } => Type::Record(name.clone()),
            Meta::Enum { name, .. } if self.unions.contains_key(name) => Type::Union(name.clone()),
            Meta::Enum { name, .. } => Type::Enum(name.clone()),
            Meta::Object { name, .. } => Type::Object(name.clone()),
            other => bail!("{of} is outside the set: {other:?} is none of the types that may cross"),
        })
    }

    /// The record an argument called `options` stands for, whose fields are arguments of their own where a language
    /// has named ones.
    pub fn options<'a>(&'a self, argument: &'a Argument) -> Option<(&'a str, &'a Record)> {
        match &argument.kind {
            Type::Record(name) if argument.name == "options" => Some((name, self.records.get(name)?)),
            _ => None,
        }
    }

    /// Whether a record is there for that alone.
    pub fn is_options(&self, record: &str) -> bool {
        let callables =
            self.objects.values().flat_map(|object| object.constructors.iter().chain(&object.methods));
        let mut arguments = callables.chain(&self.functions).flat_map(|callable| &callable.arguments);
        arguments.any(|argument| self.options(argument).is_some_and(|(name, _)| name == record))
    }
}

fn text(doc: Option<&String>) -> String {
    doc.map(|doc| doc.trim().to_owned()).unwrap_or_default()
}

fn throws(kind: Option<&uniffi_meta::Type>, of: &str) -> Result<bool> {
    match kind {
        None => Ok(false),
        Some(uniffi_meta::Type::Object { name, .. }) if name == ERROR => Ok(true),
        Some(other) => bail!("{of} throws {other:?}, and the only error is {ERROR}"),
    }
}

fn default(default: Option<&DefaultValueMetadata>, of: &str) -> Result<Option<Default>> {
    let Some(default) = default else { return Ok(None) };
    Ok(Some(match default {
        DefaultValueMetadata::Literal(LiteralMetadata::None) => Default::None,
        DefaultValueMetadata::Literal(LiteralMetadata::Boolean(value)) => Default::Boolean(*value),
        DefaultValueMetadata::Literal(LiteralMetadata::String(value)) => Default::String(value.clone()),
        DefaultValueMetadata::Literal(LiteralMetadata::Int(value, ..)) => Default::Integer(*value),
        DefaultValueMetadata::Literal(LiteralMetadata::UInt(value, ..)) => {
            Default::Integer(i64::try_from(*value)?)
        }
        other => bail!(
            "{of} is outside the set: a default is nothing, a boolean, an integer or a text, not {other:?}"
        ),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_outside_the_set_is_refused_by_name() {
        let record = |kind| {
            Metadata::Record(uniffi_meta::RecordMetadata {
                module_path: "quoalise".to_owned(),
                name: "Meter".to_owned(),
                orig_name: None,
                remote: false,
                fields: vec![FieldMetadata {
                    name: "value".to_owned(),
                    orig_name: None,
                    ty: kind,
                    default: None,
                    docstring: None,
                }],
                docstring: None,
            })
        };
        let refused = Model::of(vec![record(uniffi_meta::Type::Timestamp)]).unwrap_err().to_string();
        assert!(refused.contains("Meter.value") && refused.contains("Timestamp"), "{refused}");
        let empty = Model::of(vec![record(uniffi_meta::Type::Int64)]).unwrap_err().to_string();
        assert!(empty.contains("all features"), "{empty}");
    }
}
