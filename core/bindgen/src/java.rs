//! The Java back end: Rust that reads arguments, calls and writes results, as bytes; and Java that says what there is.
//!
//! An operation is a number on both sides (`Call` in Java), so that the border is a handful of native methods whatever the
//! interface has. What has to be waited for becomes two methods, one that blocks and one that gives a future.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail};
use minijinja::value::ViaDeserialize;
use minijinja::{Environment, context};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::doc::{Doc, Manners, wrapped};
use crate::model::{Argument, Callable, Default, Enum, Field, Model, Record, Type, Union};
use crate::names::{camel, shouted, spoken};
use crate::output::File;
use crate::tables::{self, Common, Errors};

/// Columns of the lines that are written.
const COLUMNS: usize = 120;

const JAVA: &str = "bindings-java/src/main/java/quoalise";
const RUST: &str = "bindings-java/src/main/rust/generated.rs";

const TEMPLATES: [(&str, &str); 12] = [
    ("macros.java", include_str!("../templates/java/macros.java")),
    ("client.java", include_str!("../templates/java/client.java")),
    ("enum.java", include_str!("../templates/java/enum.java")),
    ("exception.java", include_str!("../templates/java/exception.java")),
    ("exceptions.java", include_str!("../templates/java/exceptions.java")),
    ("functions.java", include_str!("../templates/java/functions.java")),
    ("generated.rs", include_str!("../templates/java/generated.rs")),
    ("interface.java", include_str!("../templates/java/interface.java")),
    ("options.java", include_str!("../templates/java/options.java")),
    ("record.java", include_str!("../templates/java/record.java")),
    ("union.java", include_str!("../templates/java/union.java")),
    ("unions.java", include_str!("../templates/java/unions.java")),
];

/// Classes of Java's own that may be named.
const IMPORTS: [(&str, &str); 18] = [
    ("ArrayList", "java.util"),
    ("CompletableFuture", "java.util.concurrent"),
    ("Duration", "java.time"),
    ("Executor", "java.util.concurrent"),
    ("Flow", "java.util.concurrent"),
    ("Instant", "java.time"),
    ("Iterator", "java.util"),
    ("List", "java.util"),
    ("LocalDate", "java.time"),
    ("Map", "java.util"),
    ("Objects", "java.util"),
    ("Optional", "java.util"),
    ("Path", "java.nio.file"),
    ("Serial", "java.io"),
    ("StandardCharsets", "java.nio.charset"),
    ("TimeoutException", "java.util.concurrent"),
    ("ZoneId", "java.time"),
    ("ZonedDateTime", "java.time"),
];

/// The tables of `uniffi.toml`.
#[derive(Deserialize)]
struct Names {
    common: Common,
    java: Java,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Java {
    hand_written: BTreeSet<String>,
    functions: String,
    names: BTreeMap<String, String>,
    types: BTreeMap<String, (String, String)>,
}

/// Writes all files of the Java wrapper.
pub fn generate(root: &Path, model: &Model, names: &toml::Table) -> Result<Vec<File>> {
    let names: Names = names.clone().try_into().context("uniffi.toml")?;
    let errors = Errors::read(root, model, "java")?;
    let manners = Javadoc { model, errors: &errors };
    let back_end = BackEnd { model, names: &names.java, errors: &errors, common: &names.common, manners };
    let mut environment = Environment::new();
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    environment.add_filter("javadoc", javadoc);
    environment.add_filter("commas", commas);
    environment.add_filter("pascal", pascal);
    environment.add_filter("camel", |name: &str| camel(name));
    environment.add_filter("later", later);
    environment.add_filter("itself", itself);
    environment.add_filter("saying", saying);
    environment.add_filter("closing", closing);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    let interface = back_end.interface()?;
    let digest = digest(model)?;
    let mut files = Vec::new();
    let mut put = |template: &str, class: Option<&str>, of: minijinja::Value| {
        let text = environment.get_template(template)?.render(context! { digest => &digest, ..of });
        let text = text.with_context(|| class.unwrap_or(template).to_owned())?;
        files.push(match class {
            Some(class) => File { path: format!("{JAVA}/{class}.java"), text: with_imports(&text) + "\n" },
            None => File { path: RUST.to_owned(), text },
        });
        Ok::<_, anyhow::Error>(())
    };
    let whole = || minijinja::Value::from_serialize(&interface);
    put("generated.rs", None, whole())?;
    put("interface.java", Some("Interface"), whole())?;
    put("unions.java", Some("Unions"), whole())?;
    put("functions.java", Some(&names.java.functions), whole())?;
    put("exceptions.java", Some(&errors.base), whole())?;
    for class in &interface.classes {
        put("client.java", Some(&class.name), context! { class })?;
    }
    for options in interface.options.iter().filter(|options| options.is_class) {
        put("options.java", Some(&options.name), context! { options })?;
    }
    for record in interface.records.iter().filter(|record| !names.java.hand_written.contains(&record.name)) {
        put("record.java", Some(&record.name), context! { record })?;
    }
    for one in &interface.enums {
        put("enum.java", Some(&one.name), context! { enum => one })?;
    }
    for union in &interface.unions {
        put("union.java", Some(&union.name), context! { union })?;
    }
    for error in &interface.errors {
        put("exception.java", Some(&error.name), context! { error, base => &errors.base })?;
    }
    Ok(files)
}

/// What both sides have to agree on, shortly: the loader refuses a library of another interface.
fn digest(model: &Model) -> Result<String> {
    let digest = Sha256::digest(serde_json::to_vec(model)?);
    Ok(digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

/// Imports what is named outside comments.
fn with_imports(text: &str) -> String {
    let code = text.lines().filter(|line| !line.trim_start().starts_with(['*', '/']));
    let words: BTreeSet<&str> =
        code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_')).collect();
    let mut imports: Vec<String> = IMPORTS
        .iter()
        .filter(|(name, _)| words.contains(name))
        .map(|(name, package)| format!("import {package}.{name};\n"))
        .collect();
    imports.sort();
    let text = text.replace("\n\n}", "\n}");
    let imports = if imports.is_empty() { String::new() } else { format!("{}\n", imports.concat()) };
    text.replacen("package quoalise;\n\n", &format!("package quoalise;\n\n{imports}"), 1)
}

/// All that templates see.
#[derive(Serialize)]
struct Interface {
    classes: Vec<Class>,
    functions_name: String,
    functions: Vec<Method>,
    options: Vec<Options>,
    /// Those too that are written by hand in Java.
    records: Vec<RecordClass>,
    enums: Vec<EnumClass>,
    unions: Vec<UnionType>,
    base: String,
    /// The fields of all errors, as methods.
    error_fields: Vec<ErrorField>,
    errors: Vec<ErrorClass>,
}

/// An object.
#[derive(Serialize)]
struct Class {
    name: String,
    doc: Docs,
    methods: Vec<Method>,
    /// Whether any of it has to be waited for.
    is_async: bool,
    /// What a loop gives.
    items: Option<String>,
    /// What the end of a `try` calls.
    context: Option<String>,
    /// The interface of which it is one.
    union: Option<String>,
}

#[derive(Serialize)]
struct Method {
    /// The number of the call.
    number: usize,
    rust: String,
    name: String,
    of: String,
    doc: Docs,
    is_constructor: bool,
    is_async: bool,
    is_iterator: bool,
    /// What waits, where what came is taken in a second step.
    taken: Option<String>,
    throws: bool,
    /// All of it.
    parameters: Vec<Parameter>,
    /// With what may be left out left out; each gives what all are called with instead.
    shorter: Option<Shorter>,
    passed: Vec<Passed>,
    /// A record of options among them.
    options: Option<Options>,
    /// `void`, or a type.
    returns: String,
    boxed: String,
    read: String,
}

#[derive(Serialize)]
struct Shorter {
    parameters: Vec<Parameter>,
    /// What all of them are called with.
    called: Vec<String>,
    doc: Docs,
}

#[derive(Clone, Serialize)]
struct Parameter {
    name: String,
    annotation: String,
    /// The statement that writes it.
    write: String,
    /// Whether it is an object, which must not go before it is used.
    is_kept: bool,
    /// Whether it is an object by hand, which is lent to the library for the call.
    is_lent: bool,
}

/// What Rust is called with.
#[derive(Serialize)]
struct Passed {
    name: String,
    java: String,
    by_ref: bool,
    object: Option<String>,
    options: Option<String>,
    /// By Rust's names and Java's.
    fields: Vec<(String, String)>,
}

#[derive(Clone, Serialize)]
struct Options {
    name: String,
    doc: Docs,
    fields: Vec<OptionOf>,
    /// Whether it is a class of its own, and not part of a builder.
    is_class: bool,
}

#[derive(Clone, Serialize)]
struct OptionOf {
    name: String,
    doc: Docs,
    /// As it is kept, which may be null.
    kept: String,
    /// As it is given.
    given: String,
    default: Option<String>,
    write: String,
}

#[derive(Serialize)]
struct RecordClass {
    name: String,
    doc: Docs,
    fields: Vec<FieldOf>,
    hides: bool,
    union: Option<String>,
}

#[derive(Serialize)]
struct FieldOf {
    name: String,
    rust: String,
    annotation: String,
    read: String,
    is_list: bool,
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
struct ErrorField {
    name: String,
    rust: String,
    doc: Docs,
    returns: String,
    /// As it is kept, which may be null.
    kept: String,
    is_optional: bool,
    read: String,
}

#[derive(Serialize)]
struct ErrorClass {
    name: String,
    parent: String,
    doc: Docs,
    kind: Option<String>,
    temporary: bool,
    /// The classes below.
    children: Vec<String>,
}

/// What a Javadoc comment says.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Docs {
    body: Vec<String>,
    arguments: Vec<(String, String)>,
    returns: Option<String>,
    errors: Option<String>,
    /// Whether it waits.
    waits: bool,
}

/// How Javadoc is written.
struct Javadoc<'m> {
    model: &'m Model,
    errors: &'m Errors,
}

impl Javadoc<'_> {
    fn is_type(&self, name: &str) -> bool {
        let Model { objects, records, enums, unions, .. } = self.model;
        let options = self.model.is_options(name) && self.is_built(name);
        let known = objects.contains_key(name)
            || records.contains_key(name)
            || enums.contains_key(name)
            || unions.contains_key(name);
        known && !options && name != "Error"
    }

    /// Whether a record of options is part of a builder.
    fn is_built(&self, options: &str) -> bool {
        let constructors = self.model.objects.values().flat_map(|object| &object.constructors);
        constructors
            .flat_map(|constructor| &constructor.arguments)
            .any(|argument| self.model.options(argument).is_some_and(|(name, _)| name == options))
    }

    fn is_ours(&self, name: &str) -> bool {
        let Model { objects, records, functions, .. } = self.model;
        let mut callables = objects
            .values()
            .flat_map(|object| object.constructors.iter().chain(&object.methods))
            .chain(functions);
        callables.any(|callable| {
            callable.name == name || callable.arguments.iter().any(|argument| argument.name == name)
        }) || records.values().any(|record| record.fields.iter().any(|field| field.name == name))
    }
}

impl Manners for Javadoc<'_> {
    fn text(&self, text: &str) -> String {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('@', "&#64;");
        // What is stressed.
        match text.split('*').collect::<Vec<_>>()[..] {
            [before, stressed, after] => format!("{before}<em>{stressed}</em>{after}"),
            _ => text,
        }
    }

    fn code(&self, text: &str) -> String {
        format!("{{@code {text}}}")
    }

    fn nothing(&self) -> String {
        "null".to_owned()
    }

    fn error(&self, kind: &str) -> String {
        let class = self.errors.kinds.iter().find(|class| class.kind.as_deref() == Some(kind));
        class.map_or_else(|| self.code(kind), |class| format!("{{@link {}}}", class.name))
    }

    fn variant(&self, of: &str, variant: &str) -> String {
        format!("{{@link {of}#{}}}", shouted(variant))
    }

    fn name(&self, name: &str) -> String {
        match name {
            _ if self.is_type(name) => format!("{{@link {name}}}"),
            _ if self.is_ours(name) => self.code(&camel(name)),
            _ => self.code(name),
        }
    }

    fn method(&self, of: &str, name: &str) -> String {
        let member = self.model.unions.get(of).and_then(|union| {
            let member = union.members.iter().find(|member| member.variant == name)?;
            match &member.kind {
                Type::Record(class) | Type::Object(class) => Some(class),
                _ => None,
            }
        });
        member.map_or_else(|| format!("{{@link {of}#{}}}", camel(name)), |class| format!("{{@link {class}}}"))
    }
}

struct BackEnd<'m> {
    model: &'m Model,
    names: &'m Java,
    errors: &'m Errors,
    common: &'m Common,
    manners: Javadoc<'m>,
}

impl BackEnd<'_> {
    fn interface(&self) -> Result<Interface> {
        let mut number = 0;
        let mut counted = |of: &str, callable: &Callable, is_constructor: bool| {
            number += 1;
            self.method(number, of, callable, is_constructor)
        };
        let mut classes = Vec::new();
        for (name, object) in &self.model.objects {
            if self.names.hand_written.contains(name) {
                continue;
            }
            let mut methods = Vec::new();
            for constructor in &object.constructors {
                methods.push(counted(name, constructor, true)?);
            }
            for method in &object.methods {
                methods.push(counted(name, method, false)?);
            }
            let items = methods.iter().find(|method| method.is_iterator);
            let items = items.map(|method| {
                let inner = method.boxed.strip_prefix("Optional<").and_then(|inner| inner.strip_suffix('>'));
                inner.map(str::to_owned).with_context(|| format!("{name}.{} gives no option", method.rust))
            });
            classes.push(Class {
                name: name.clone(),
                doc: self.docs(&object.doc),
                methods,
                is_async: object.is_async(),
                items: items.transpose()?,
                context: self.common.contexts.get(name).map(|method| camel(method)),
                union: self.union_of(&Type::Object(name.clone())),
            });
        }
        let functions = self.model.functions.iter().map(|function| counted("", function, false));
        let functions = functions.collect::<Result<_>>()?;
        let options = self.model.records.iter().filter(|(name, _)| self.model.is_options(name));
        let records = self.model.records.iter().filter(|(name, _)| !self.model.is_options(name));
        Ok(Interface {
            classes,
            functions_name: self.names.functions.clone(),
            functions,
            options: options.map(|(name, record)| self.options(name, record)).collect::<Result<_>>()?,
            records: records.map(|(name, record)| self.record(name, record)).collect::<Result<_>>()?,
            enums: self.model.enums.iter().map(|(name, of)| self.enumeration(name, of)).collect(),
            unions: self.model.unions.iter().map(|(name, of)| self.union(name, of)).collect::<Result<_>>()?,
            base: self.errors.base.clone(),
            error_fields: self.error_fields()?,
            errors: self
                .errors
                .groups
                .iter()
                .chain(&self.errors.kinds)
                .map(|class| self.error(class))
                .collect(),
        })
    }

    fn method(&self, number: usize, of: &str, callable: &Callable, is_constructor: bool) -> Result<Method> {
        let Callable { name, doc, is_async, arguments, returns, throws } = callable;
        let qualified = if of.is_empty() { name.clone() } else { format!("{of}.{name}") };
        let (mut parameters, mut passed, mut called, mut options) =
            (Vec::new(), Vec::new(), Vec::new(), None);
        let mut short = Vec::new();
        let said = self.common.said(&qualified, callable, self.model, &self.manners)?;
        let mut docs = self.docs(doc);
        docs.waits = *is_async;
        let mut short_docs = docs.clone();
        for (argument, what) in arguments.iter().zip(said.arguments) {
            let Argument { name, kind, by_ref, default } = argument;
            let object = match kind {
                Type::Object(object) => Some(object.clone()),
                _ => None,
            };
            let mut pass = Passed {
                name: name.clone(),
                java: camel(name),
                by_ref: *by_ref,
                object,
                options: None,
                fields: Vec::new(),
            };
            let record = self.model.options(argument);
            if let Some((record, of)) = record {
                pass.options = Some(record.to_owned());
                pass.fields =
                    of.fields.iter().map(|field| (field.name.clone(), camel(&field.name))).collect();
                options = Some(self.options(record, of)?);
            }
            passed.push(pass);
            if is_constructor && record.is_some() {
                continue;
            }
            let parameter = self.parameter(name, kind)?;
            docs.arguments.push((parameter.name.clone(), what.clone()));
            if default.is_some() || record.is_some() {
                called.push(
                    record.map_or_else(|| "null".to_owned(), |(record, _)| format!("{record}.defaults()")),
                );
            } else {
                called.push(parameter.name.clone());
                short.push(parameter.clone());
                short_docs.arguments.push((parameter.name.clone(), what));
            }
            parameters.push(parameter);
        }
        docs.returns = said.returns;
        short_docs.returns.clone_from(&docs.returns);
        let (returns, boxed, read) = match returns {
            None => ("void".to_owned(), "Void".to_owned(), "in -> null".to_owned()),
            Some(kind) => (self.annotation(kind)?, self.boxed(kind)?, self.read(kind)?),
        };
        let taken = self.common.taken.get(&qualified).cloned();
        let read = match &taken {
            Some(_) => format!("in -> in.taken({})", read.replace("in -> in.", "untaken -> untaken.")),
            None => read,
        };
        let shorter = (short.len() < parameters.len()).then_some(Shorter {
            parameters: short,
            called,
            doc: short_docs,
        });
        Ok(Method {
            number,
            rust: name.clone(),
            name: self.names.names.get(&qualified).cloned().unwrap_or_else(|| camel(name)),
            of: of.to_owned(),
            doc: docs,
            is_constructor,
            is_async: *is_async,
            is_iterator: self.common.iterators.get(of).is_some_and(|next| next == name),
            taken,
            throws: *throws,
            parameters,
            shorter,
            passed,
            options,
            returns,
            boxed,
            read,
        })
    }

    fn parameter(&self, name: &str, kind: &Type) -> Result<Parameter> {
        let java = camel(name);
        let by_hand = |object: &String| self.names.hand_written.contains(object);
        let is_lent = matches!(kind, Type::Object(object) if by_hand(object));
        let write = match kind {
            Type::Object(_) if is_lent => format!("out.handle(\"{java}\", lent);"),
            Type::Object(_) => format!("out.handle(\"{java}\", {java}.handle);"),
            Type::Record(_) => format!("{java}.write(out);"),
            _ => self.write(&java, kind)?,
        };
        // What may be left out may be null.
        let annotation = match kind {
            Type::Optional(inner) => self.boxed(inner)?,
            kind => self.annotation(kind)?,
        };
        Ok(Parameter {
            name: java,
            annotation,
            write,
            is_kept: matches!(kind, Type::Object(_)) && !is_lent,
            is_lent,
        })
    }

    fn options(&self, name: &str, record: &Record) -> Result<Options> {
        let fields = record.fields.iter().map(|field| self.option(name, field));
        Ok(Options {
            name: name.to_owned(),
            doc: self.docs(&record.doc),
            fields: fields.collect::<Result<_>>()?,
            is_class: !self.manners.is_built(name),
        })
    }

    fn option(&self, of: &str, field: &Field) -> Result<OptionOf> {
        let Field { name, doc, kind, default } = field;
        let java = camel(name);
        let default = match default {
            None => bail!("{of}.{name} is outside the set: an option has a default"),
            Some(Default::None | Default::Boolean(false) | Default::Integer(0)) => None,
            Some(Default::Boolean(true)) => Some("true".to_owned()),
            Some(Default::Integer(number)) => Some(number.to_string()),
            Some(Default::String(text)) => Some(format!("{text:?}")),
        };
        let given = match kind {
            Type::Optional(inner) => self.annotation(inner)?,
            _ => self.annotation(kind)?,
        };
        let kept = match kind {
            Type::Optional(inner) => self.boxed(inner)?,
            _ => given.clone(),
        };
        let mut doc = self.docs(doc);
        doc.arguments.push((java.clone(), "the value".to_owned()));
        let write = self.write(&java, kind)?;
        Ok(OptionOf { name: java, doc, kept, given, default, write })
    }

    fn annotation(&self, kind: &Type) -> Result<String> {
        Ok(match kind {
            Type::Boolean => "boolean".to_owned(),
            Type::Integer => "long".to_owned(),
            Type::Float => "double".to_owned(),
            _ => self.boxed(kind)?,
        })
    }

    /// As an argument of a type, which cannot be primitive.
    fn boxed(&self, kind: &Type) -> Result<String> {
        Ok(match kind {
            Type::Boolean => "Boolean".to_owned(),
            Type::Integer => "Long".to_owned(),
            Type::Float => "Double".to_owned(),
            Type::String => "String".to_owned(),
            Type::Bytes => "byte[]".to_owned(),
            Type::Duration => "Duration".to_owned(),
            Type::Custom(name) => self.custom(name)?.0.clone(),
            Type::Optional(inner) => format!("Optional<{}>", self.boxed(inner)?),
            Type::List(inner) => format!("List<{}>", self.boxed(inner)?),
            Type::Object(name) if name == "Error" => self.errors.base.clone(),
            Type::Record(name) | Type::Enum(name) | Type::Union(name) | Type::Object(name) => name.clone(),
        })
    }

    fn custom(&self, name: &str) -> Result<&(String, String)> {
        self.names.types.get(name).with_context(|| format!("uniffi.toml: java.types lacks {name}"))
    }

    /// What `In` and `Out` call it.
    fn way(&self, kind: &Type) -> Result<Option<String>> {
        Ok(Some(match kind {
            Type::Boolean => "bool".to_owned(),
            Type::Integer => "int64".to_owned(),
            Type::Float => "float64".to_owned(),
            Type::String => "text".to_owned(),
            Type::Bytes => "bytes".to_owned(),
            Type::Duration => "duration".to_owned(),
            Type::Custom(name) => self.custom(name)?.1.clone(),
            _ => return Ok(None),
        }))
    }

    /// A function of `In` that reads it.
    fn read(&self, kind: &Type) -> Result<String> {
        self.read_at(kind, 0)
    }

    fn read_at(&self, kind: &Type, depth: usize) -> Result<String> {
        // A lambda within a lambda needs another name.
        let name = ["in", "item", "part", "piece"].get(depth).context("a list of lists of lists of lists")?;
        Ok(match kind {
            Type::Optional(inner) => {
                format!("{name} -> {name}.optional({})", self.read_at(inner, depth + 1)?)
            }
            Type::List(inner) => format!("{name} -> {name}.list({})", self.read_at(inner, depth + 1)?),
            Type::Union(union) => format!("Unions::{}", camel(union)),
            Type::Record(_) | Type::Enum(_) | Type::Object(_) => format!("{}::read", self.boxed(kind)?),
            _ => format!("In::{}", self.way(kind)?.context("no way to read it")?),
        })
    }

    /// What reads it from `in`.
    fn read_now(&self, kind: &Type) -> Result<String> {
        let read = self.read(kind)?;
        if let Some(lambda) = read.strip_prefix("in -> ") {
            return Ok(lambda.to_owned());
        }
        let (class, method) = read.split_once("::").context("neither a lambda nor a method")?;
        Ok(if class == "In" { format!("in.{method}()") } else { format!("{class}.{method}(in)") })
    }

    /// A statement that writes it into `out`.
    fn write(&self, name: &str, kind: &Type) -> Result<String> {
        Ok(match kind {
            Type::Optional(inner) => {
                let inner = match &**inner {
                    Type::Enum(_) => "oneOf".to_owned(),
                    inner => {
                        self.way(inner)?.with_context(|| format!("{name}: no way to write {inner:?}"))?
                    }
                };
                format!("out.optional(\"{name}\", {name}, Out::{inner});")
            }
            Type::Enum(_) => format!("out.oneOf(\"{name}\", {name});"),
            kind => {
                let way = self.way(kind)?.with_context(|| format!("{name}: no way to write {kind:?}"))?;
                format!("out.{way}(\"{name}\", {name});")
            }
        })
    }

    fn union_of(&self, kind: &Type) -> Option<String> {
        let is_of = |union: &Union| union.members.iter().any(|member| member.kind == *kind);
        self.model.unions.iter().find(|(_, union)| is_of(union)).map(|(name, _)| name.clone())
    }

    fn record(&self, name: &str, record: &Record) -> Result<RecordClass> {
        let fields = record.fields.iter().map(|field| {
            Ok(FieldOf {
                name: camel(&field.name),
                rust: field.name.clone(),
                annotation: self.annotation(&field.kind)?,
                read: self.read_now(&field.kind)?,
                is_list: matches!(field.kind, Type::List(_)),
                hidden: self.common.hidden.contains(&format!("{name}.{}", field.name)),
            })
        });
        let fields: Vec<FieldOf> = fields.collect::<Result<_>>()?;
        let mut doc = self.docs(&record.doc);
        doc.arguments.extend(
            record.fields.iter().map(|field| (camel(&field.name), self.docs(&field.doc).body.join(" "))),
        );
        Ok(RecordClass {
            name: name.to_owned(),
            doc,
            hides: fields.iter().any(|field| field.hidden),
            fields,
            union: self.union_of(&Type::Record(name.to_owned())),
        })
    }

    fn enumeration(&self, name: &str, of: &Enum) -> EnumClass {
        let variants = of.variants.iter().map(|variant| {
            let mut doc = self.docs(&variant.doc);
            if doc.body.is_empty() {
                // Some say all in their name.
                doc.body.push(format!("{}.", capital(&spoken(&variant.name))));
            }
            VariantOf { name: shouted(&variant.name), rust: variant.name.clone(), doc }
        });
        EnumClass {
            name: name.to_owned(),
            doc: self.docs(&of.doc),
            grows: of.grows,
            variants: variants.collect(),
        }
    }

    fn union(&self, name: &str, union: &Union) -> Result<UnionType> {
        let members = union
            .members
            .iter()
            .map(|member| Ok(Member { variant: member.variant.clone(), class: self.boxed(&member.kind)? }));
        let members = members.collect::<Result<_>>()?;
        Ok(UnionType { name: name.to_owned(), doc: self.docs(&union.doc), members })
    }

    fn error_fields(&self) -> Result<Vec<ErrorField>> {
        let error = self.model.objects.get("Error").context("there is no Error")?;
        let field = |method: &Callable| {
            let kind = method.returns.as_ref().context("a field of an error is nothing")?;
            let named = self.method(0, "Error", method, false)?;
            let (kept, is_optional) = match kind {
                Type::Optional(inner) => (self.boxed(inner)?, true),
                kind => (self.annotation(kind)?, false),
            };
            Ok(ErrorField {
                name: named.name,
                rust: method.name.clone(),
                doc: named.doc,
                returns: self.annotation(kind)?,
                kept,
                is_optional,
                read: self.read_now(kind)? + if is_optional { ".orElse(null)" } else { "" },
            })
        };
        error.methods.iter().map(field).collect()
    }

    fn error(&self, class: &tables::ErrorClass) -> ErrorClass {
        let all = || self.errors.groups.iter().chain(&self.errors.kinds);
        ErrorClass {
            name: class.name.clone(),
            parent: class.parent.clone(),
            doc: self.docs(&class.doc),
            kind: class.kind.as_deref().map(shouted),
            temporary: class.temporary,
            children: all().filter(|one| one.parent == class.name).map(|one| one.name.clone()).collect(),
        }
    }

    fn docs(&self, text: &str) -> Docs {
        let Doc { body, errors, .. } = Doc::of(text, self.model, &self.manners);
        // A virtual machine does not fork.
        let never = self.manners.error("UsedAfterFork") + ".";
        Docs { body, errors: errors.filter(|errors| *errors != never), ..Docs::default() }
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// `GetHistory`, of `getHistory`.
fn pascal(text: &str) -> String {
    capital(text)
}

/// Lines, with links on one each.
fn lines_of(text: &str, columns: usize) -> Vec<String> {
    let lines = wrapped(&text.replace("{@link ", "{@link\u{0}"), columns);
    lines.into_iter().map(|line| line.replace('\u{0}', " ")).collect()
}

/// A Javadoc comment at this indent.
fn javadoc(docs: ViaDeserialize<Docs>, indent: usize) -> String {
    let Docs { body, arguments, returns, errors, waits } = docs.0;
    let columns = COLUMNS - indent - 3;
    let mut lines: Vec<String> = Vec::new();
    for paragraph in body {
        let paragraph = if lines.is_empty() { paragraph } else { format!("<p>{paragraph}") };
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(lines_of(&paragraph, columns));
    }
    let mut tags = Vec::new();
    tags.extend(arguments.iter().map(|(name, said)| format!("@param {name} {said}")));
    tags.extend(returns.map(|said| format!("@return {said}")));
    tags.extend(errors.map(|said| format!("@throws QuoaliseException {said}")));
    if waits {
        let interrupted =
            "@throws java.util.concurrent.CancellationException where the waiting thread is interrupted";
        tags.push(interrupted.to_owned());
    }
    if !tags.is_empty() {
        lines.push(String::new());
    }
    for tag in tags {
        let tag = lines_of(&tag, columns - 4);
        let tag = tag.iter().enumerate();
        lines.extend(tag.map(|(i, line)| if i == 0 { line.clone() } else { format!("    {line}") }));
    }
    let margin = " ".repeat(indent);
    if let [line] = &lines[..]
        && line.len() + indent + 7 <= COLUMNS
    {
        return format!("/** {line} */");
    }
    let mut out = String::from("/**\n");
    for line in lines {
        out += format!("{margin} * {line}").trim_end();
        out.push('\n');
    }
    out + &margin + " */"
}

/// Without arguments, which a builder has.
fn itself(docs: ViaDeserialize<Docs>) -> minijinja::Value {
    minijinja::Value::from_serialize(Docs { arguments: Vec::new(), ..docs.0 })
}

/// With a word on threads that are interrupted: they do not wait.
fn closing(docs: ViaDeserialize<Docs>) -> minijinja::Value {
    let mut docs = docs.0;
    docs.body
        .push("A thread that is interrupted does not wait for it. It goes on by itself then.".to_owned());
    minijinja::Value::from_serialize(Docs { waits: false, ..docs })
}

/// The same arguments, for something else.
fn saying(docs: ViaDeserialize<Docs>, body: String) -> minijinja::Value {
    minijinja::Value::from_serialize(Docs { body: vec![body], ..docs.0 })
}

/// What the one that gives a future says.
fn later(docs: ViaDeserialize<Docs>, name: &str) -> minijinja::Value {
    let Docs { arguments, returns, .. } = docs.0;
    let body = format!("As {{@link #{name}}}, without waiting. Cancelling the future gives it up.");
    let returns = match returns {
        Some(returns) => format!("a future of {returns}"),
        None => "a future that is complete when it is done".to_owned(),
    };
    let docs = Docs { body: vec![body], arguments, returns: Some(returns), ..Docs::default() };
    minijinja::Value::from_serialize(docs)
}

/// Items with commas between them, all on the line that has so many columns already, or one below the other.
fn commas(items: Vec<String>, before: usize, indent: usize) -> String {
    let line = items.join(", ");
    if before + line.chars().count() <= COLUMNS {
        return line;
    }
    let margin = format!("\n{}", " ".repeat(indent + 8));
    let items: Vec<String> = items.into_iter().map(|item| format!("{margin}{item}")).collect();
    items.join(",")
}
