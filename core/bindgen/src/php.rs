//! The PHP back end: the stub that says what there is, and Rust glue that converts and waits.
//!
//! The stub is what people, their editors and PHPStan read, and what [`crate::arginfo`] makes C of: the engine is told nothing
//! that is not in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail};
use minijinja::value::ViaDeserialize;
use minijinja::{Environment, context};
use serde::{Deserialize, Serialize};

use crate::arginfo::Stub;
use crate::doc::{Doc, Manners, wrapped};
use crate::model::{Callable, Default, Enum, Field, Model, Record, Type};
use crate::names::{camel, kebab, shouted};
use crate::output::File;
use crate::tables::{self, Common, Errors};

/// Columns of the lines that are written.
const COLUMNS: usize = 120;

/// What is generated.
const STUB: &str = "bindings-php/quoalise.stub.php";
const DECLARATIONS: &str = "bindings-php/src/generated.h";
const GLUE: &str = "bindings-php/src/generated.rs";

/// The part of the stub that is written by hand, as what it says is.
const BY_HAND: &str = "bindings-php/by-hand.stub.php";

/// The tables of `uniffi.toml`.
#[derive(Deserialize)]
struct Names {
    common: Common,
    php: Php,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Php {
    hand_written: BTreeSet<String>,
    names: BTreeMap<String, String>,
    /// What may also be asked for without waiting.
    pending: BTreeSet<String>,
    connect: BTreeMap<String, Extra>,
    types: BTreeMap<String, Custom>,
}

/// An option of PHP's alone.
#[derive(Deserialize)]
struct Extra {
    #[serde(rename = "type")]
    kind: String,
    about: String,
}

/// What a custom type is.
#[derive(Deserialize)]
struct Custom {
    given: String,
    got: String,
    /// What PHPDoc says of it as an argument, where it knows more.
    doc: Option<String>,
}

/// Writes all files of the PHP wrapper.
pub fn generate(root: &Path, model: &Model, names: &toml::Table) -> Result<Vec<File>> {
    let names: Names = names.clone().try_into().context("uniffi.toml")?;
    let errors = Errors::read(root, model, "php")?;
    let back_end = BackEnd { model, names: &names.php, errors: &errors, common: &names.common };
    let mut interface = back_end.interface()?;
    let by_hand = std::fs::read_to_string(root.join(BY_HAND)).context(BY_HAND)?;
    interface.by_hand = by_hand.lines().map(indented).collect::<Vec<_>>().join("\n");

    let mut environment = Environment::new();
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    environment.add_filter("phpdoc", phpdoc);
    environment.add_filter("signature", signature);
    environment.add_filter("constant", |name: &str| shouted(name));
    let render = |template: &'static str, classes: &[(String, String)]| {
        let context = context! { classes, ..minijinja::Value::from_serialize(&interface) };
        environment.render_str(template, context)
    };
    let text = render(include_str!("../templates/php/stub.php"), &[]).context(STUB)?;
    let stub = Stub::read(&text).context(STUB)?;
    let glue = render(include_str!("../templates/php/generated.rs"), &stub.numbers()).context(GLUE)?;
    let file = |path: &str, text| File { path: path.to_owned(), text };
    Ok(vec![file(DECLARATIONS, stub.declarations(&names.common)?), file(STUB, text), file(GLUE, glue)])
}

fn indented(line: &str) -> String {
    if line.is_empty() { String::new() } else { format!("    {line}") }
}

/// All that templates see.
#[derive(Serialize)]
struct Interface {
    objects: Vec<Object>,
    functions: Vec<Method>,
    records: Vec<RecordClass>,
    enums: Vec<EnumClass>,
    unions: Vec<UnionType>,
    error_fields: Vec<ErrorField>,
    error_base: String,
    errors: Vec<ErrorClass>,
    by_hand: String,
}

#[derive(Serialize)]
struct Object {
    name: String,
    doc: Docs,
    /// What a loop over it gives, where there is one.
    items: Option<String>,
    methods: Vec<Method>,
}

#[derive(Serialize)]
struct Method {
    name: String,
    /// What Rust calls it.
    rust: String,
    doc: Docs,
    is_constructor: bool,
    is_async: bool,
    /// Whether it only begins it.
    is_pending: bool,
    is_iterator: bool,
    /// The method of the core that waits, where the result is taken in a second step.
    taken: Option<String>,
    throws: bool,
    parameters: Vec<Parameter>,
    /// Keys of the array that a constructor takes.
    keys: Vec<String>,
    passed: Vec<Passed>,
    returns: String,
}

/// An argument as PHP has it.
#[derive(Clone, Serialize, Deserialize)]
struct Parameter {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    default: Option<String>,
    attribute: String,
}

/// An argument as Rust has it, and how it comes from those of PHP.
#[derive(Serialize)]
struct Passed {
    name: String,
    by_ref: bool,
    /// The object it is.
    object: Option<String>,
    /// A record of options, put together.
    options: Option<String>,
    /// How the value comes, where it is none.
    value: String,
    fields: Vec<(String, String)>,
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
    rust: String,
    #[serde(rename = "type")]
    kind: String,
    doc: Docs,
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
    value: String,
    doc: Docs,
}

#[derive(Serialize)]
struct UnionType {
    name: String,
    variants: Vec<String>,
}

#[derive(Serialize)]
struct ErrorField {
    name: String,
    rust: String,
    #[serde(rename = "type")]
    kind: String,
    doc: Docs,
}

#[derive(Serialize)]
struct ErrorClass {
    name: String,
    parent: String,
    kind: Option<String>,
    doc: Docs,
}

/// What a PHPDoc comment says.
#[derive(Default, Serialize, Deserialize)]
struct Docs {
    body: Vec<String>,
    tags: Vec<String>,
}

/// How PHPDoc is written.
struct PhpDoc<'m> {
    errors: &'m Errors,
}

impl Manners for PhpDoc<'_> {
    fn code(&self, text: &str) -> String {
        format!("`{text}`")
    }

    fn nothing(&self) -> String {
        "`null`".to_owned()
    }

    fn error(&self, kind: &str) -> String {
        let class = self.errors.kinds.iter().find(|class| class.kind.as_deref() == Some(kind));
        format!("`{}`", class.map_or(kind, |class| &class.name))
    }

    fn variant(&self, of: &str, variant: &str) -> String {
        format!("`{of}::{variant}`")
    }

    fn name(&self, name: &str) -> String {
        let is_type = name.starts_with(char::is_uppercase);
        if is_type { format!("`{name}`") } else { format!("`{}`", camel(name)) }
    }

    fn method(&self, of: &str, name: &str) -> String {
        format!("`{of}::{}()`", camel(name))
    }
}

/// Which way a value crosses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

struct BackEnd<'m> {
    model: &'m Model,
    names: &'m Php,
    errors: &'m Errors,
    common: &'m Common,
}

impl BackEnd<'_> {
    fn interface(&self) -> Result<Interface> {
        let by_hand = |name: &String| self.names.hand_written.contains(name);
        let object = |(name, object): (&String, &crate::model::Object)| {
            let constructors = object.constructors.iter().map(|it| self.method(name, it, true));
            let pending = object
                .methods
                .iter()
                .filter(|it| self.names.pending.contains(&format!("{name}.{}", it.name)));
            let methods = constructors
                .chain(object.methods.iter().map(|it| self.method(name, it, false)))
                .chain(pending.map(|it| self.pending(name, it)));
            let (methods, mut doc) = (methods.collect::<Result<Vec<_>>>()?, self.docs(&object.doc));
            let items = methods.iter().find(|method| method.is_iterator);
            let items = items.map(|next| next.returns.trim_start_matches('?').replace("|null", ""));
            if let Some(items) = &items {
                doc.tags.push(format!("@implements \\IteratorAggregate<int, {items}>"));
            }
            Ok(Object { name: name.clone(), doc, items, methods })
        };
        let objects = self.model.objects.iter().filter(|(name, _)| !by_hand(name)).map(object);
        let functions = self.model.functions.iter().map(|function| self.method("", function, false));
        let records = self.model.records.iter();
        let records = records.filter(|(name, _)| !self.model.is_options(name) && !by_hand(name));
        let unions = self.model.unions.iter().map(|(name, union)| UnionType {
            name: name.clone(),
            variants: union.members.iter().map(|member| member.variant.clone()).collect(),
        });
        let error = self.model.objects.get("Error").context("there is no Error")?;
        let error_fields = error.methods.iter().map(|field| {
            let kind = field.returns.as_ref().context("a field of errors is nothing")?;
            Ok(ErrorField {
                name: self.name_of("Error", &field.name),
                rust: field.name.clone(),
                kind: self.in_exceptions(kind)?,
                doc: self.docs(&field.doc),
            })
        });
        Ok(Interface {
            objects: objects.collect::<Result<_>>()?,
            functions: functions.collect::<Result<_>>()?,
            records: records.map(|(name, record)| self.record(name, record)).collect::<Result<_>>()?,
            enums: self.model.enums.iter().map(|(name, of)| self.enumeration(name, of)).collect(),
            unions: unions.collect(),
            error_fields: error_fields.collect::<Result<_>>()?,
            error_base: self.errors.base.clone(),
            errors: self.error_classes(),
            by_hand: String::new(),
        })
    }

    /// A type as the namespace of exceptions has to write it.
    fn in_exceptions(&self, kind: &Type) -> Result<String> {
        let text = self.kind(kind, Way::Out)?;
        let (optional, name) = text.strip_prefix('?').map_or(("", &*text), |name| ("?", name));
        let is_ours = self.model.enums.contains_key(name) || self.model.records.contains_key(name);
        Ok(if is_ours { format!("{optional}\\Quoalise\\{name}") } else { text })
    }

    fn name_of(&self, of: &str, name: &str) -> String {
        let own = self.names.names.get(&format!("{of}.{name}"));
        own.cloned().unwrap_or_else(|| camel(name))
    }

    fn method(&self, of: &str, callable: &Callable, is_constructor: bool) -> Result<Method> {
        let Callable { name, doc, is_async, arguments, returns, throws } = callable;
        let qualified = format!("{of}.{name}");
        let manners = PhpDoc { errors: self.errors };
        let said = self.common.said(&qualified, callable, self.model, &manners)?;
        // First as PHP sees them, since those that may be left out come last there.
        let mut parameters: Vec<(Parameter, String, String)> = Vec::new();
        let mut add = |rust: &str, kind: &Type, default: Option<&Default>, said: String| -> Result<()> {
            let parameter = Parameter {
                name: camel(rust),
                kind: self.kind(kind, Way::In)?,
                default: default.map(php_default),
                attribute: String::new(),
            };
            parameters.push((parameter, self.doc_kind(kind, Way::In)?, said));
            Ok(())
        };
        for (argument, what) in arguments.iter().zip(said.arguments) {
            let Some((record, options)) = self.model.options(argument) else {
                add(&argument.name, &argument.kind, argument.default.as_ref(), what)?;
                continue;
            };
            for field in &options.fields {
                if field.default.is_none() {
                    bail!("{record}.{} is outside the set: an option has a default", field.name);
                }
                let said = self.docs(&field.doc).body.join(" ");
                add(&field.name, &field.kind, field.default.as_ref(), said)?;
            }
        }
        parameters.sort_by_key(|(parameter, _, _)| parameter.default.is_some());
        let is_iterator = self.common.iterators.get(of).is_some_and(|next| next == name);
        if is_iterator {
            let parameter = Parameter {
                name: "timeout".to_owned(),
                kind: "?float".to_owned(),
                default: Some("null".to_owned()),
                attribute: String::new(),
            };
            let said = "how many seconds to wait for it at the most; nothing came if there is `null` then";
            parameters.push((parameter, "?float".to_owned(), said.to_owned()));
        }
        let position = |rust: &str| parameters.iter().position(|(known, _, _)| known.name == camel(rust));
        let value = |rust: &str, default: Option<&Default>| -> Result<String> {
            let at = position(rust).context("an argument without a place")?;
            let Parameter { name, kind, .. } = &parameters[at].0;
            let kind = self.as_shown(kind).replace('\\', "\\\\");
            let place = if is_constructor { format!("\"{name}\"") } else { at.to_string() };
            Ok(match default.map(rust_default) {
                None if is_constructor => format!("given.required({place}, c\"{kind}\")?"),
                None => format!("call.argument({place}, c\"{kind}\")?"),
                Some(default) if is_constructor => format!("given.or({place}, c\"{kind}\", {default})?"),
                Some(default) => format!("call.or({place}, c\"{kind}\", {default})?"),
            })
        };
        let mut passed = Vec::new();
        for argument in arguments {
            let (name, by_ref) = (argument.name.clone(), argument.by_ref);
            passed.push(match self.model.options(argument) {
                None => {
                    let value = value(&name, argument.default.as_ref())?;
                    let object = match &argument.kind {
                        Type::Object(object) => Some(object.clone()),
                        _ => None,
                    };
                    Passed { name, by_ref, object, options: None, value, fields: Vec::new() }
                }
                Some((record, options)) => {
                    let field =
                        |field: &Field| Ok((field.name.clone(), value(&field.name, field.default.as_ref())?));
                    let fields = options.fields.iter().map(field).collect::<Result<_>>()?;
                    Passed {
                        name,
                        by_ref,
                        object: None,
                        options: Some(record.to_owned()),
                        value: String::new(),
                        fields,
                    }
                }
            });
        }
        let result = match returns {
            None => "void".to_owned(),
            Some(kind) => self.kind(kind, Way::Out)?,
        };
        let Doc { body, errors, .. } = Doc::of(doc, self.model, &manners);
        let mut docs = Docs { body, tags: Vec::new() };
        let mut keys = Vec::new();
        if is_constructor {
            docs.tags.push(self.shape(&parameters));
            keys = parameters.iter().map(|(parameter, _, _)| parameter.name.clone()).collect();
            keys.extend(self.names.connect.keys().cloned());
        } else {
            for (parameter, kind, said) in &parameters {
                docs.tags.push(format!("@param {kind} ${} {said}", parameter.name));
            }
        }
        if let Some(kind) = returns {
            let said = said.returns.map(|said| format!(" {said}")).unwrap_or_default();
            let kind = self.doc_kind(kind, Way::Out)?;
            if !said.is_empty() || kind != result {
                docs.tags.push(format!("@return {kind}{said}"));
            }
        }
        if *throws {
            let said = errors.map(|errors| format!(" {errors}")).unwrap_or_default();
            docs.tags.push(format!("@throws Exception\\{}{said}", self.errors.base));
        }
        let parameters = if is_constructor {
            vec![Parameter {
                name: "options".to_owned(),
                kind: "array".to_owned(),
                default: None,
                // The password is in it.
                attribute: "#[\\SensitiveParameter] ".to_owned(),
            }]
        } else {
            parameters.into_iter().map(|(parameter, _, _)| parameter).collect()
        };
        Ok(Method {
            name: self.name_of(of, name),
            rust: name.clone(),
            doc: docs,
            is_constructor,
            is_async: *is_async,
            is_pending: false,
            is_iterator,
            taken: self.common.taken.get(&qualified).cloned(),
            throws: *throws,
            parameters,
            keys,
            passed,
            returns: result,
        })
    }

    /// The same operation for who does something else meanwhile.
    fn pending(&self, of: &str, callable: &Callable) -> Result<Method> {
        let waits = self.method(of, callable, false)?;
        let result = match &callable.returns {
            None => "null".to_owned(),
            Some(kind) => self.doc_kind(kind, Way::Out)?,
        };
        let mut doc = Docs {
            body: vec![format!("As `{}`, but without waiting for it.", waits.name)],
            tags: waits.doc.tags.into_iter().filter(|tag| tag.starts_with("@param")).collect(),
        };
        doc.tags.push(format!("@return Pending<{result}>"));
        doc.tags.push(format!("@throws Exception\\{} for arguments that cannot be right", self.errors.base));
        let name = format!("{}Async", waits.name);
        Ok(Method { name, doc, is_pending: true, returns: "Pending".to_owned(), ..waits })
    }

    /// What the array has to hold that a constructor takes.
    fn shape(&self, parameters: &[(Parameter, String, String)]) -> String {
        let mut types: Vec<String> = Vec::new();
        let mut texts: Vec<String> = Vec::new();
        for (Parameter { name, default, .. }, kind, said) in parameters {
            let optional = if default.is_some() { "?" } else { "" };
            types.push(format!("{name}{optional}: {kind}"));
            texts.push(format!("`{name}`: {said}"));
        }
        for (name, Extra { kind, about }) in &self.names.connect {
            types.push(format!("{name}?: {kind}"));
            texts.push(format!("`{name}`: {about}"));
        }
        let texts: Vec<&str> = texts.iter().map(|text| text.trim_end_matches('.')).collect();
        format!("@param array{{{}}} $options {}", types.join(", "), texts.join("; "))
    }

    fn kind(&self, kind: &Type, way: Way) -> Result<String> {
        Ok(match kind {
            Type::Boolean => "bool".to_owned(),
            Type::Integer => "int".to_owned(),
            Type::Float | Type::Duration => "float".to_owned(),
            Type::String | Type::Bytes => "string".to_owned(),
            Type::Custom(name) => {
                let custom = self.custom(name)?;
                if way == Way::In { custom.given.clone() } else { custom.got.clone() }
            }
            Type::Optional(inner) => optional(&self.kind(inner, way)?),
            Type::List(_) => "array".to_owned(),
            Type::Object(name) if name == "Error" => format!("Exception\\{}", self.errors.base),
            Type::Record(name) | Type::Enum(name) | Type::Object(name) => name.clone(),
            Type::Union(name) => {
                let union = self.model.unions.get(name).context("an unknown union")?;
                let members = union.members.iter().map(|member| self.kind(&member.kind, way));
                members.collect::<Result<Vec<_>>>()?.join("|")
            }
        })
    }

    /// The same as PHPDoc has it, which knows what is in an array.
    fn doc_kind(&self, kind: &Type, way: Way) -> Result<String> {
        Ok(match kind {
            Type::List(inner) => format!("list<{}>", self.doc_kind(inner, way)?),
            Type::Optional(inner) => optional(&self.doc_kind(inner, way)?),
            Type::Custom(name) if way == Way::In => {
                let custom = self.custom(name)?;
                custom.doc.clone().unwrap_or_else(|| custom.given.clone())
            }
            kind => self.kind(kind, way)?,
        })
    }

    /// A type as PHP's own messages write it.
    fn as_shown(&self, kind: &str) -> String {
        let one = |name: &str| {
            let is_ours = self.model.enums.contains_key(name) || self.model.objects.contains_key(name);
            if is_ours { format!("Quoalise\\{name}") } else { name.trim_start_matches('\\').to_owned() }
        };
        match kind.strip_prefix('?') {
            Some(name) => format!("?{}", one(name)),
            None => kind.split('|').map(one).collect::<Vec<_>>().join("|"),
        }
    }

    fn custom(&self, name: &str) -> Result<&Custom> {
        self.names.types.get(name).with_context(|| format!("uniffi.toml: php.types lacks {name}"))
    }

    fn record(&self, name: &str, record: &Record) -> Result<RecordClass> {
        let fields = record.fields.iter().map(|field| {
            let mut doc = self.docs(&field.doc);
            let (kind, said) = (self.kind(&field.kind, Way::Out)?, self.doc_kind(&field.kind, Way::Out)?);
            if kind != said {
                doc.tags.push(format!("@var {said}"));
            }
            Ok(FieldOf { name: camel(&field.name), rust: field.name.clone(), kind, doc })
        });
        let fields = fields.collect::<Result<_>>()?;
        Ok(RecordClass { name: name.to_owned(), doc: self.docs(&record.doc), fields })
    }

    fn enumeration(&self, name: &str, of: &Enum) -> EnumClass {
        let variants = of.variants.iter().map(|variant| VariantOf {
            name: variant.name.clone(),
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

    /// Groups and kinds, each behind what it extends.
    fn error_classes(&self) -> Vec<ErrorClass> {
        let class = |class: &tables::ErrorClass| ErrorClass {
            name: class.name.clone(),
            parent: class.parent.clone(),
            kind: class.kind.clone(),
            doc: self.docs(&class.doc),
        };
        let mut kinds: Vec<ErrorClass> = self.errors.kinds.iter().map(class).collect();
        let is_kind = |parent: &str| self.errors.kinds.iter().any(|kind| kind.name == parent);
        kinds.sort_by_key(|class| is_kind(&class.parent));
        self.errors.groups.iter().map(class).chain(kinds).collect()
    }

    fn docs(&self, text: &str) -> Docs {
        let Doc { body, .. } = Doc::of(text, self.model, &PhpDoc { errors: self.errors });
        Docs { body, tags: Vec::new() }
    }
}

/// A type that may also be null.
fn optional(kind: &str) -> String {
    if kind.contains('|') && !kind.contains('<') { format!("{kind}|null") } else { format!("?{kind}") }
}

fn php_default(default: &Default) -> String {
    match default {
        Default::None => "null".to_owned(),
        Default::Boolean(value) => value.to_string(),
        Default::Integer(value) => value.to_string(),
        Default::String(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
    }
}

fn rust_default(default: &Default) -> String {
    match default {
        Default::None => "None".to_owned(),
        Default::Boolean(value) => value.to_string(),
        Default::Integer(value) => value.to_string(),
        Default::String(text) => format!("{text:?}.to_owned()"),
    }
}

/// A doc comment at this indent.
fn phpdoc(docs: ViaDeserialize<Docs>, indent: usize) -> String {
    let Docs { body, tags } = docs.0;
    let columns = COLUMNS - indent - 3;
    let mut lines: Vec<String> = Vec::new();
    for paragraph in &body {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(wrapped(paragraph, columns));
    }
    if !tags.is_empty() && !lines.is_empty() {
        lines.push(String::new());
    }
    for tag in tags {
        let wrapped = wrapped(&tag, columns - 4);
        let tag = wrapped.into_iter().enumerate();
        lines.extend(tag.map(|(i, line)| if i == 0 { line } else { format!("    {line}") }));
    }
    let margin = " ".repeat(indent);
    let lines = lines.iter().map(|line| format!("{margin} * {line}").trim_end().to_owned());
    format!("/**\n{}\n{margin} */", lines.collect::<Vec<_>>().join("\n"))
}

/// Parameters, and a line for each where they are too many for one.
fn signature(parameters: ViaDeserialize<Vec<Parameter>>, before: usize) -> String {
    let one = |Parameter { name, kind, default, attribute }: &Parameter| {
        let default = default.as_ref().map(|default| format!(" = {default}")).unwrap_or_default();
        format!("{attribute}{kind} ${name}{default}")
    };
    let all: Vec<String> = parameters.0.iter().map(one).collect();
    let line = all.join(", ");
    if before + line.chars().count() <= COLUMNS {
        return line;
    }
    let lines = all.iter().map(|one| format!("            {one}"));
    format!("\n{}\n        ", lines.collect::<Vec<_>>().join(",\n"))
}
