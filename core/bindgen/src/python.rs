//! The Python back end: PyO3 glue that converts and hands operations out, and Python that says what they are.
//!
//! Objects whose operations have to be waited for become two classes, one that blocks and one for asyncio, over one
//! native class whose methods give an operation. Records, enums and errors are plain Python.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail};
use minijinja::{Environment, context};
use serde::{Deserialize, Serialize};

use crate::doc::{Doc, Manners, wrapped};
use crate::model::{Argument, Callable, Default, Enum, Model, Record, Type};
use crate::names::{kebab, shouted};
use crate::output::File;
use crate::tables::{self, Common, Errors};

/// Columns of the lines that are written.
const COLUMNS: usize = 110;

const TEMPLATES: [(&str, &str, &str); 8] = [
    ("bindings-python/src/generated.rs", "generated.rs", include_str!("../templates/python/generated.rs")),
    (
        "bindings-python/python/quoalise/_client.py",
        "client.py",
        include_str!("../templates/python/client.py"),
    ),
    ("bindings-python/python/quoalise/aio.py", "aio.py", include_str!("../templates/python/aio.py")),
    ("bindings-python/python/quoalise/_enums.py", "enums.py", include_str!("../templates/python/enums.py")),
    (
        "bindings-python/python/quoalise/_errors.py",
        "errors.py",
        include_str!("../templates/python/errors.py"),
    ),
    (
        "bindings-python/python/quoalise/_functions.py",
        "functions.py",
        include_str!("../templates/python/functions.py"),
    ),
    (
        "bindings-python/python/quoalise/_records.py",
        "records.py",
        include_str!("../templates/python/records.py"),
    ),
    (
        "bindings-python/python/quoalise/_native.pyi",
        "native.pyi",
        include_str!("../templates/python/native.pyi"),
    ),
];

/// The stubs of what is native and not generated.
const BY_HAND: &str = "bindings-python/native.pyi";

/// The tables of `uniffi.toml`.
#[derive(Deserialize)]
struct Names {
    common: Common,
    python: Python,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Python {
    hand_written: BTreeSet<String>,
    properties: BTreeSet<String>,
    types: BTreeMap<String, (String, String)>,
}

/// Writes all files of the Python wrapper.
pub fn generate(root: &Path, model: &Model, names: &toml::Table) -> Result<Vec<File>> {
    let names: Names = names.clone().try_into().context("uniffi.toml")?;
    let errors = Errors::read(root, model, "python")?;
    let back_end = BackEnd { model, names: &names.python, errors: &errors, common: &names.common };
    let mut interface = back_end.interface()?;
    // What is native and written by hand says itself what it is.
    interface.by_hand = std::fs::read_to_string(root.join(BY_HAND)).context(BY_HAND)?;
    let mut environment = Environment::new();
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    environment.add_filter("docstring", docstring);
    environment.add_filter("comment", comment);
    let render = |(path, name, template): (&str, &'static str, &'static str)| {
        let text =
            environment.render_str(template, context! { ..minijinja::Value::from_serialize(&interface) });
        Ok(File { path: path.to_owned(), text: text.with_context(|| name)? })
    };
    TEMPLATES.into_iter().map(render).collect()
}

/// All that templates see.
#[derive(Serialize)]
struct Interface {
    /// With operations that have to be waited for.
    clients: Vec<Class>,
    /// Without.
    values: Vec<Class>,
    functions: Vec<Method>,
    records: Vec<RecordClass>,
    enums: Vec<EnumClass>,
    unions: Vec<UnionType>,
    error_groups: Vec<ErrorClass>,
    errors: Vec<ErrorClass>,
    /// Classes that are native and written by hand.
    by_hand_names: String,
    by_hand: String,
}

#[derive(Serialize)]
struct Class {
    name: String,
    doc: Docs,
    methods: Vec<Method>,
    /// What the end of a `with` calls.
    context: Option<String>,
}

#[derive(Serialize)]
struct Method {
    name: String,
    doc: Docs,
    of: String,
    is_constructor: bool,
    is_async: bool,
    is_property: bool,
    is_iterator: bool,
    /// Whether the result is taken only where somebody still waits for it, and by which method of the core it comes.
    taken: Option<String>,
    throws: bool,
    arguments: Vec<Parameter>,
    /// What Rust is called with.
    passed: Vec<Passed>,
    /// The type of the result, with what is optional about it.
    returns: String,
    /// The same without: what an iterator gives.
    item: String,
    /// The class the native result is wrapped in.
    wrapped: Option<String>,
    /// Whether that class ends with a `with`.
    opens: bool,
}

/// An argument as Python has it.
#[derive(Serialize)]
struct Parameter {
    name: String,
    annotation: String,
    default: Option<String>,
    keyword_only: bool,
    /// Passed to the native method.
    native: String,
}

/// An argument as Rust has it.
#[derive(Serialize)]
struct Passed {
    name: String,
    by_ref: bool,
    /// The object it is.
    object: Option<String>,
    /// A record of options, put together from these.
    options: Option<String>,
    fields: Vec<String>,
}

#[derive(Serialize)]
struct RecordClass {
    name: String,
    doc: Docs,
    fields: Vec<FieldOf>,
}

#[derive(Serialize)]
struct FieldOf {
    name: String,
    doc: Docs,
    annotation: String,
    hidden: bool,
}

#[derive(Serialize)]
struct EnumClass {
    name: String,
    doc: Docs,
    grows: bool,
    variants: Vec<VariantOf>,
}

#[derive(Serialize)]
struct VariantOf {
    name: String,
    rust: String,
    value: String,
    doc: Docs,
}

#[derive(Serialize)]
struct UnionType {
    name: String,
    doc: Docs,
    members: Vec<Member>,
}

#[derive(Serialize)]
struct Member {
    variant: String,
    class: String,
}

#[derive(Serialize)]
struct ErrorClass {
    name: String,
    bases: Vec<String>,
    kind: Option<String>,
    doc: Docs,
}

/// What a docstring says.
#[derive(Default, Serialize, Deserialize)]
struct Docs {
    body: Vec<String>,
    arguments: Vec<(String, String)>,
    errors: Option<String>,
}

/// How Python's docstrings are written.
struct Rest;

impl Manners for Rest {
    fn code(&self, text: &str) -> String {
        format!("``{text}``")
    }

    fn nothing(&self) -> String {
        "None".to_owned()
    }

    fn error(&self, kind: &str) -> String {
        format!("``{kind}``")
    }

    fn variant(&self, of: &str, variant: &str) -> String {
        format!("``{of}.{}``", shouted(variant))
    }

    fn name(&self, name: &str) -> String {
        format!("``{name}``")
    }

    fn method(&self, of: &str, name: &str) -> String {
        format!("``{of}.{name}``")
    }
}

struct BackEnd<'m> {
    model: &'m Model,
    names: &'m Python,
    errors: &'m Errors,
    common: &'m Common,
}

impl BackEnd<'_> {
    fn interface(&self) -> Result<Interface> {
        let (mut clients, mut values) = (Vec::new(), Vec::new());
        for (name, object) in &self.model.objects {
            if self.names.hand_written.contains(name) {
                continue;
            }
            let mut methods = Vec::new();
            for constructor in &object.constructors {
                methods.push(self.method(name, constructor, true)?);
            }
            for method in &object.methods {
                methods.push(self.method(name, method, false)?);
            }
            let context = self.common.contexts.get(name).cloned();
            let class = Class { name: name.clone(), doc: self.docs(&object.doc), methods, context };
            if object.is_async() { &mut clients } else { &mut values }.push(class);
        }
        let by_hand: Vec<&str> = self
            .names
            .hand_written
            .iter()
            .map(|name| &**name)
            .filter(|name| !name.ends_with("Error"))
            .collect();
        let functions = self.model.functions.iter().map(|function| self.method("", function, false));
        let records = self
            .model
            .records
            .iter()
            .filter(|(name, _)| !self.model.is_options(name) && !self.names.hand_written.contains(*name));
        let enums = self.model.enums.iter().filter(|(name, _)| *name != "ErrorKind");
        Ok(Interface {
            clients,
            values,
            functions: functions.collect::<Result<_>>()?,
            records: records.map(|(name, record)| self.record(name, record)).collect::<Result<_>>()?,
            enums: enums.map(|(name, of)| self.enumeration(name, of)).collect(),
            unions: self.unions()?,
            error_groups: self.errors.groups.iter().map(|class| self.error_class(class)).collect(),
            errors: self.error_classes(),
            by_hand_names: by_hand.join(", "),
            by_hand: String::new(),
        })
    }

    fn method(&self, of: &str, callable: &Callable, is_constructor: bool) -> Result<Method> {
        let Callable { name, doc, is_async, arguments, returns, throws } = callable;
        let qualified = format!("{of}.{name}");
        let said = self.common.said(&qualified, callable, self.model, &Rest)?;
        let mut doc = self.docs(doc);
        let (mut parameters, mut passed) = (Vec::new(), Vec::new());
        for (argument, what) in arguments.iter().zip(said.arguments) {
            let Argument { name, kind, by_ref, default } = argument;
            let Some((record, options)) = self.model.options(argument) else {
                parameters.push(self.parameter(name, kind, default.as_ref(), false)?);
                doc.arguments.push((name.clone(), what));
                let object = match kind {
                    Type::Object(object) => Some(object.clone()),
                    _ => None,
                };
                let (name, fields) = (name.clone(), Vec::new());
                passed.push(Passed { name, by_ref: *by_ref, object, options: None, fields });
                continue;
            };
            for field in &options.fields {
                if field.default.is_none() {
                    bail!("{record}.{} is outside the set: an option has a default", field.name);
                }
                parameters.push(self.parameter(&field.name, &field.kind, field.default.as_ref(), true)?);
                let said = self.docs(&field.doc).body.join(" ");
                doc.arguments.push((field.name.clone(), said));
            }
            let fields = options.fields.iter().map(|field| field.name.clone()).collect();
            let options = Some(record.to_owned());
            passed.push(Passed { name: name.clone(), by_ref: *by_ref, object: None, options, fields });
        }
        // Those that may be left out come last.
        parameters.sort_by_key(|parameter| (parameter.keyword_only, parameter.default.is_some()));
        let (item, annotation) = match returns {
            None => ("None".to_owned(), "None".to_owned()),
            Some(Type::Optional(inner)) => {
                (self.annotation(inner, Way::Out)?, format!("{} | None", self.annotation(inner, Way::Out)?))
            }
            Some(kind) => (self.annotation(kind, Way::Out)?, self.annotation(kind, Way::Out)?),
        };
        let wrapped = match returns {
            Some(Type::Object(name)) if self.is_client(name) => Some(name.clone()),
            _ => None,
        };
        let opens = wrapped.as_ref().is_some_and(|name| self.common.contexts.contains_key(name));
        let is_property = self.names.properties.contains(&qualified);
        if is_property && (*is_async || !arguments.is_empty()) {
            bail!("uniffi.toml: {qualified} cannot be a property: it has arguments, or is waited for");
        }
        Ok(Method {
            name: name.clone(),
            doc,
            of: of.to_owned(),
            is_constructor,
            is_async: *is_async,
            is_property,
            taken: self.common.taken.get(&qualified).cloned(),
            is_iterator: self.common.iterators.get(of).is_some_and(|next| next == name),
            throws: *throws,
            arguments: parameters,
            passed,
            returns: annotation,
            item,
            wrapped,
            opens,
        })
    }

    fn parameter(
        &self,
        name: &str,
        kind: &Type,
        default: Option<&Default>,
        keyword_only: bool,
    ) -> Result<Parameter> {
        let default = default.map(|default| match default {
            Default::None => "None".to_owned(),
            Default::Boolean(true) => "True".to_owned(),
            Default::Boolean(false) => "False".to_owned(),
            Default::Integer(value) => value.to_string(),
            Default::String(text) => format!("{text:?}"),
        });
        Ok(Parameter {
            name: name.to_owned(),
            annotation: self.annotation(kind, Way::In)?,
            default,
            keyword_only,
            native: name.to_owned(),
        })
    }

    fn is_client(&self, object: &str) -> bool {
        !self.names.hand_written.contains(object)
            && self.model.objects.get(object).is_some_and(|object| object.is_async())
    }

    fn annotation(&self, kind: &Type, way: Way) -> Result<String> {
        Ok(match kind {
            Type::Boolean => "bool".to_owned(),
            Type::Integer => "int".to_owned(),
            Type::Float => "float".to_owned(),
            Type::String => "str".to_owned(),
            Type::Bytes if way == Way::In => "bytes | bytearray | memoryview | str".to_owned(),
            Type::Bytes => "bytes".to_owned(),
            Type::Duration if way == Way::In => "timedelta | float".to_owned(),
            Type::Duration => "timedelta".to_owned(),
            Type::Custom(name) => {
                let names = self.names.types.get(name);
                let (given, got) =
                    names.with_context(|| format!("uniffi.toml: python.types lacks {name}"))?;
                if way == Way::In { given.clone() } else { got.clone() }
            }
            Type::Optional(inner) => format!("{} | None", self.annotation(inner, way)?),
            Type::List(inner) if way == Way::In => format!("Sequence[{}]", self.annotation(inner, way)?),
            Type::List(inner) => format!("list[{}]", self.annotation(inner, way)?),
            // Their values are texts, and do as well.
            Type::Enum(name) if way == Way::In => format!("{name} | str"),
            Type::Record(name) | Type::Enum(name) | Type::Union(name) | Type::Object(name) => name.clone(),
        })
    }

    fn record(&self, name: &str, record: &Record) -> Result<RecordClass> {
        let fields = record.fields.iter().map(|field| {
            Ok(FieldOf {
                name: field.name.clone(),
                doc: self.docs(&field.doc),
                annotation: self.annotation(&field.kind, Way::Out)?,
                hidden: self.common.hidden.contains(&format!("{name}.{}", field.name)),
            })
        });
        Ok(RecordClass {
            name: name.to_owned(),
            doc: self.docs(&record.doc),
            fields: fields.collect::<Result<_>>()?,
        })
    }

    fn enumeration(&self, name: &str, of: &Enum) -> EnumClass {
        let variants = of.variants.iter().map(|variant| VariantOf {
            name: shouted(&variant.name),
            rust: variant.name.clone(),
            value: kebab(&variant.name),
            doc: self.docs(&variant.doc),
        });
        EnumClass {
            name: name.to_owned(),
            doc: self.docs(&of.doc),
            grows: of.grows,
            variants: variants.collect(),
        }
    }

    fn unions(&self) -> Result<Vec<UnionType>> {
        let union = |(name, union): (&String, &crate::model::Union)| {
            let members = union.members.iter().map(|member| {
                let class = self.annotation(&member.kind, Way::Out)?;
                Ok(Member { variant: member.variant.clone(), class })
            });
            let members = members.collect::<Result<_>>()?;
            Ok(UnionType { name: name.clone(), doc: self.docs(&union.doc), members })
        };
        self.model.unions.iter().map(union).collect()
    }

    fn error_class(&self, class: &tables::ErrorClass) -> ErrorClass {
        ErrorClass {
            name: class.name.clone(),
            bases: std::iter::once(class.parent.clone()).chain(class.also.clone()).collect(),
            kind: class.kind.as_deref().map(kebab),
            doc: self.docs(&class.doc),
        }
    }

    /// A class for each kind, bases first.
    fn error_classes(&self) -> Vec<ErrorClass> {
        let mut classes: Vec<ErrorClass> =
            self.errors.kinds.iter().map(|class| self.error_class(class)).collect();
        let is_kind = |base: &String| self.errors.kinds.iter().any(|kind| kind.name == *base);
        classes.sort_by_key(|class| class.bases.iter().any(is_kind));
        classes
    }

    fn docs(&self, text: &str) -> Docs {
        let Doc { body, errors, .. } = Doc::of(text, self.model, &Rest);
        Docs { body, arguments: Vec::new(), errors }
    }
}

/// Which way a value crosses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

/// A docstring at this indent, with what it is followed by.
fn docstring(docs: minijinja::value::ViaDeserialize<Docs>, indent: usize) -> String {
    let Docs { body, arguments, errors } = docs.0;
    let columns = COLUMNS - indent;
    let mut lines: Vec<String> = Vec::new();
    for paragraph in &body {
        if lines.is_empty() {
            // A summary by itself, behind the quotes.
            let (summary, rest) = match paragraph.split_once(". ") {
                Some((summary, rest)) => (format!("{summary}."), rest),
                None => (paragraph.clone(), ""),
            };
            // A short one closes on the same line.
            lines.extend(wrapped(&summary, columns - 6));
            if !rest.is_empty() {
                lines.push(String::new());
                lines.extend(wrapped(rest, columns));
            }
            continue;
        }
        lines.push(String::new());
        lines.extend(wrapped(paragraph, columns));
    }
    let mut section = |title: &str, entries: Vec<(String, String)>| {
        lines.extend([String::new(), title.to_owned()]);
        for (name, text) in entries {
            let entry = wrapped(&format!("{name}: {text}"), columns - 8);
            let indented = entry.iter().enumerate();
            lines.extend(
                indented
                    .map(|(i, line)| if i == 0 { format!("    {line}") } else { format!("        {line}") }),
            );
        }
    };
    if !arguments.is_empty() {
        section("Args:", arguments);
    }
    if let Some(errors) = errors {
        section("Raises:", vec![("Error".to_owned(), errors)]);
    }
    let margin = " ".repeat(indent);
    let mut out = String::from("\"\"\"");
    for (i, line) in lines.iter().enumerate() {
        if i > 0 {
            out.push('\n');
            if !line.is_empty() {
                out.push_str(&margin);
            }
        }
        out.push_str(line);
    }
    if lines.len() > 1 {
        out.push('\n');
        out.push_str(&margin);
    }
    out + "\"\"\""
}

/// A doc comment of Rust.
fn comment(docs: minijinja::value::ViaDeserialize<Docs>) -> String {
    let lines = docs.0.body.iter().flat_map(|paragraph| wrapped(paragraph, 100));
    lines.map(|line| format!("/// {line}")).collect::<Vec<_>>().join("\n")
}
