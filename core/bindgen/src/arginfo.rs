//! What PHP's engine has to be told, in C, of what a stub declares.
//!
//! PHP's own extensions do the same (`build/gen_stub.php`); that needs a parser of PHP from elsewhere, and this only what our
//! stubs have: one declaration a line, but for parameters that have lines of their own.

use std::fmt::Write;

use anyhow::{Context, Result, bail};

use crate::names::shouted;
use crate::tables::Common;

/// All that a stub declares.
#[derive(Debug, Default)]
pub struct Stub {
    classes: Vec<Class>,
    functions: Vec<Function>,
}

#[derive(Debug)]
struct Class {
    /// With its namespace.
    name: String,
    doc: Option<String>,
    is_enum: bool,
    is_final: bool,
    parent: Option<String>,
    interfaces: Vec<String>,
    properties: Vec<Property>,
    methods: Vec<Function>,
    /// Of an enum, with their values.
    cases: Vec<(String, String)>,
}

impl Class {
    fn short(&self) -> &str {
        self.name.rsplit('\\').next().unwrap_or(&self.name)
    }

    /// What C calls it.
    fn symbol(&self) -> String {
        format!("QUOALISE_{}", shouted(self.short()))
    }

    fn is_exception(&self) -> bool {
        self.parent.is_some()
    }

    /// Whether it holds something of Rust's: it has methods, and nothing to be seen.
    fn is_native(&self) -> bool {
        !self.is_enum && !self.is_exception() && self.properties.is_empty() && !self.methods.is_empty()
    }
}

#[derive(Debug)]
struct Property {
    name: String,
    doc: Option<String>,
    kind: Kind,
}

#[derive(Debug)]
struct Function {
    name: String,
    doc: Option<String>,
    is_static: bool,
    parameters: Vec<Parameter>,
    returns: Kind,
}

#[derive(Debug)]
struct Parameter {
    name: String,
    kind: Kind,
    default: Option<String>,
    is_sensitive: bool,
}

/// A type: classes, and a mask of what is none.
#[derive(Debug, Default)]
struct Kind {
    classes: Vec<String>,
    mask: Vec<&'static str>,
}

impl Kind {
    fn read(text: &str, namespace: &str) -> Result<Self> {
        let mut kind = Self::default();
        let text = match text.strip_prefix('?') {
            Some(rest) => {
                kind.mask.push("MAY_BE_NULL");
                rest
            }
            None => text,
        };
        for part in text.split('|') {
            kind.mask.push(match part {
                "array" => "MAY_BE_ARRAY",
                "bool" => "MAY_BE_BOOL",
                "float" => "MAY_BE_DOUBLE",
                "int" => "MAY_BE_LONG",
                "mixed" => "MAY_BE_ANY",
                "null" => "MAY_BE_NULL",
                "static" => "MAY_BE_STATIC",
                "string" => "MAY_BE_STRING",
                "void" => "MAY_BE_VOID",
                class => {
                    kind.classes.push(qualified(class, namespace)?);
                    continue;
                }
            });
        }
        Ok(kind)
    }

    fn mask(&self) -> String {
        if self.mask.is_empty() { "0".to_owned() } else { self.mask.join(" | ") }
    }

    /// As macros want classes: names without quotes.
    fn class(&self) -> String {
        self.classes.join("|").replace('\\', "\\\\")
    }

    fn property(&self, of: &str) -> Result<String> {
        Ok(match &self.classes[..] {
            [] => format!("(zend_type) ZEND_TYPE_INIT_MASK({})", self.mask()),
            [class] => format!("quoalise_class_type({}, {})", quoted(class), self.mask()),
            _ => bail!("{of} is outside the set: a property is of one class at the most"),
        })
    }
}

fn qualified(name: &str, namespace: &str) -> Result<String> {
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '\\'));
    if name.is_empty() || !is_name(name) {
        bail!("{name:?} is no type");
    }
    Ok(match name.strip_prefix('\\') {
        Some(name) => name.to_owned(),
        None => format!("{namespace}\\{name}"),
    })
}

/// A text of C.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out + "\""
}

fn said(doc: Option<&String>) -> String {
    doc.map_or_else(|| "NULL".to_owned(), |doc| quoted(doc))
}

impl Stub {
    /// Reads what a stub declares.
    pub fn read(text: &str) -> Result<Self> {
        let mut stub = Self::default();
        let mut namespace = String::new();
        let mut doc: Option<Vec<String>> = None;
        let mut lines = text.lines().enumerate();
        while let Some((number, line)) = lines.next() {
            let mut line = line.trim().to_owned();
            if line.starts_with("/**")
                || doc.as_ref().is_some_and(|doc| !doc.last().is_some_and(|it| it.ends_with("*/")))
            {
                let line = if line.starts_with("/**") { line } else { format!(" {line}") };
                doc.get_or_insert_with(Vec::new).push(line);
                continue;
            }
            if line.contains("function ") {
                // Parameters may have lines of their own.
                while !line.ends_with("{}") {
                    let (_, more) = lines.next().context("a function without an end")?;
                    let more = more.trim();
                    line.push_str(if line.ends_with('(') || more.starts_with(')') { "" } else { " " });
                    line.push_str(more);
                }
            }
            let doc = doc.take().map(|lines| lines.join("\n"));
            stub.declare(&line, &mut namespace, doc)
                .with_context(|| format!("line {}: {line}", number + 1))?;
        }
        Ok(stub)
    }

    fn declare(&mut self, line: &str, namespace: &mut String, doc: Option<String>) -> Result<()> {
        if let Some(name) = line.strip_prefix("namespace ") {
            *namespace = name.trim_end_matches(" {").to_owned();
        } else if let Some(rest) = line.strip_prefix("enum ") {
            let name = rest.strip_suffix(": string").context("an enum is of strings")?;
            let name = qualified(name, namespace)?;
            self.classes.push(Class::new(name, doc, true));
        } else if let Some(at) = line.find("class ").filter(|at| matches!(&line[..*at], "" | "final ")) {
            let (names, interfaces) =
                line[at + 6..].split_once(" implements ").unwrap_or((&line[at + 6..], ""));
            let (name, parent) =
                names.split_once(" extends ").map_or((names, None), |(name, parent)| (name, Some(parent)));
            let mut class = Class::new(qualified(name, namespace)?, doc, false);
            class.is_final = at > 0;
            class.parent = parent.map(|parent| qualified(parent, namespace)).transpose()?;
            let interfaces = interfaces.split(", ").filter(|name| !name.is_empty());
            class.interfaces = interfaces.map(|name| qualified(name, namespace)).collect::<Result<_>>()?;
            self.classes.push(class);
        } else if let Some(rest) = line.strip_prefix("case ") {
            let (name, value) = rest.trim_end_matches(';').split_once(" = ").context("a case has a value")?;
            let value = value.trim_matches('\'').to_owned();
            self.classes.last_mut().context("no enum")?.cases.push((name.to_owned(), value));
        } else if let Some(rest) = line.strip_prefix("public readonly ") {
            let (kind, name) =
                rest.trim_end_matches(';').split_once(" $").context("a property has a name")?;
            let property = Property { name: name.to_owned(), doc, kind: Kind::read(kind, namespace)? };
            self.classes.last_mut().context("no class")?.properties.push(property);
        } else if let Some((before, rest)) = line.split_once("function ") {
            let mut function = Function::read(rest, namespace, doc)?;
            function.is_static = before.contains("static");
            if before.is_empty() {
                function.name = qualified(&function.name, namespace)?;
                self.functions.push(function);
            } else {
                self.classes.last_mut().context("no class")?.methods.push(function);
            }
        } else if !matches!(line, "" | "{" | "}" | "<?php") && !line.starts_with("//") {
            bail!("what is this?");
        }
        Ok(())
    }

    /// Each class, and its number on both sides.
    pub fn numbers(&self) -> Vec<(String, String)> {
        let number = |(number, class): (usize, &Class)| (shouted(class.short()), number.to_string());
        self.classes.iter().enumerate().map(number).collect()
    }

    /// All of it in C.
    pub fn declarations(&self, common: &Common) -> Result<String> {
        let mut out = String::from("/* Written by `make bindings` from quoalise.stub.php. */\n\n");
        out.push_str("enum {\n");
        for class in &self.classes {
            writeln!(out, "    {},", class.symbol())?;
        }
        out.push_str("    QUOALISE_CLASSES\n};\n");
        for class in &self.classes {
            for method in &class.methods {
                method.glue(&mut out, class.short())?;
            }
            self.table(&mut out, &format!("quoalise_{}_methods", class.short()), class)?;
        }
        for function in &self.functions {
            function.glue(&mut out, "")?;
        }
        out.push_str("\nstatic const zend_function_entry quoalise_functions[] = {\n");
        for function in &self.functions {
            function.entry(&mut out, "", "0")?;
        }
        out.push_str("    ZEND_FE_END\n};\n");
        out.push_str("\nstatic void quoalise_declare(zend_class_entry **classes)\n{\n    zend_class_entry entry, *class;\n");
        for class in &self.classes {
            class.declaration(&mut out, common)?;
        }
        out.push_str("}\n");
        Ok(out)
    }

    fn table(&self, out: &mut String, name: &str, class: &Class) -> Result<()> {
        if class.is_enum || class.is_exception() {
            return Ok(());
        }
        writeln!(out, "\nstatic const zend_function_entry {name}[] = {{")?;
        out.push_str("    QUOALISE_ENTRY(\"__construct\", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)\n");
        for method in &class.methods {
            let flags =
                if method.is_static { "ZEND_ACC_PUBLIC | ZEND_ACC_STATIC" } else { "ZEND_ACC_PUBLIC" };
            method.entry(out, class.short(), flags)?;
        }
        out.push_str("    ZEND_FE_END\n};\n");
        Ok(())
    }
}

impl Class {
    fn new(name: String, doc: Option<String>, is_enum: bool) -> Self {
        let (parent, interfaces, properties, methods, cases) = Default::default();
        Self { name, doc, is_enum, is_final: false, parent, interfaces, properties, methods, cases }
    }

    fn declaration(&self, out: &mut String, common: &Common) -> Result<()> {
        let (symbol, name) = (self.symbol(), quoted(&self.name));
        if self.is_enum {
            writeln!(out, "\n    class = zend_register_internal_enum({name}, IS_STRING, NULL);")?;
            for (case, value) in &self.cases {
                writeln!(out, "    quoalise_enum_case(class, {}, {});", quoted(case), quoted(value))?;
            }
            writeln!(out, "    classes[{symbol}] = class;")?;
            return Ok(());
        }
        let methods = if self.is_exception() {
            "NULL".to_owned()
        } else {
            format!("quoalise_{}_methods", self.short())
        };
        let parent = match self.parent.as_deref() {
            None => "NULL".to_owned(),
            Some("RuntimeException") => "spl_ce_RuntimeException".to_owned(),
            Some(parent) => {
                format!("classes[QUOALISE_{}]", shouted(parent.rsplit('\\').next().unwrap_or(parent)))
            }
        };
        writeln!(out, "\n    QUOALISE_CLASS_ENTRY(entry, {name}, {methods});")?;
        writeln!(out, "    class = zend_register_internal_class_ex(&entry, {parent});")?;
        if self.is_final {
            out.push_str("    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;\n");
        }
        if self.is_native() {
            out.push_str("    class->create_object = quoalise_create;\n");
            if !self.methods.iter().any(|method| method.name == "__unserialize") {
                out.push_str("    class->ce_flags |= ZEND_ACC_NOT_SERIALIZABLE;\n");
            }
        }
        for interface in &self.interfaces {
            let entry = match &**interface {
                "ArrayAccess" => "zend_ce_arrayaccess",
                "Countable" => "zend_ce_countable",
                "Iterator" => "zend_ce_iterator",
                "IteratorAggregate" => "zend_ce_aggregate",
                "JsonSerializable" => "php_json_serializable_ce",
                other => bail!("{other} is outside the set of interfaces"),
            };
            writeln!(out, "    zend_class_implements(class, 1, {entry});")?;
        }
        for Property { name, doc, kind } in &self.properties {
            let is_hidden = common.hidden.iter().any(|hidden| {
                hidden
                    .split_once('.')
                    .is_some_and(|(of, field)| of == self.short() && crate::names::camel(field) == *name)
            });
            writeln!(
                out,
                "    quoalise_property(class, {}, {}, ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, {}, {is_hidden});",
                quoted(name),
                said(doc.as_ref()),
                kind.property(&self.name)?
            )?;
        }
        for method in &self.methods {
            for (number, _) in method.parameters.iter().enumerate().filter(|(_, it)| it.is_sensitive) {
                writeln!(
                    out,
                    "    quoalise_sensitive(class, {}, {number});",
                    quoted(&method.name.to_lowercase())
                )?;
            }
        }
        writeln!(out, "    quoalise_class_doc(class, {});", said(self.doc.as_ref()))?;
        writeln!(out, "    classes[{symbol}] = class;")?;
        Ok(())
    }
}

impl Function {
    fn read(text: &str, namespace: &str, doc: Option<String>) -> Result<Self> {
        let (name, rest) = text.split_once('(').context("a function has parameters")?;
        let (parameters, returns) = rest.rsplit_once("): ").context("a function has a type")?;
        let returns = Kind::read(returns.trim_end_matches(" {}"), namespace)?;
        let parameters = parameters.split(", ").map(str::trim).filter(|text| !text.is_empty());
        let parameter = |text: &str| {
            let (is_sensitive, text) = match text.strip_prefix("#[\\SensitiveParameter] ") {
                Some(text) => (true, text),
                None => (false, text),
            };
            let (kind, rest) =
                text.split_once(" $").with_context(|| format!("{text}: no type or no name"))?;
            let (name, default) =
                rest.split_once(" = ").map_or((rest, None), |(name, it)| (name, Some(it.to_owned())));
            let kind = Kind::read(kind, namespace)?;
            Ok(Parameter { name: name.to_owned(), kind, default, is_sensitive })
        };
        let parameters = parameters.map(parameter).collect::<Result<_>>()?;
        Ok(Self { name: name.to_owned(), doc, is_static: false, parameters, returns })
    }

    /// What Rust calls it.
    fn rust(&self, class: &str) -> String {
        let name = self.name.rsplit('\\').next().unwrap_or(&self.name);
        if class.is_empty() { format!("quoalise_{name}") } else { format!("quoalise_{class}_{name}") }
    }

    fn glue(&self, out: &mut String, class: &str) -> Result<()> {
        let rust = self.rust(class);
        writeln!(out, "\nQUOALISE_FUNCTION({rust})\n")?;
        let needed = self.parameters.iter().take_while(|parameter| parameter.default.is_none()).count();
        let (of, mask) = (self.returns.class(), self.returns.mask());
        if of.is_empty() {
            writeln!(out, "ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_{rust}, 0, {needed}, {mask})")?;
        } else {
            writeln!(
                out,
                "ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_{rust}, 0, {needed}, {of}, {mask})"
            )?;
        }
        for Parameter { name, kind, default, .. } in &self.parameters {
            let (class, mask, default) = (kind.class(), kind.mask(), said(default.as_ref()));
            if class.is_empty() {
                writeln!(out, "    ZEND_ARG_TYPE_MASK(0, {name}, {mask}, {default})")?;
            } else {
                writeln!(out, "    ZEND_ARG_OBJ_TYPE_MASK(0, {name}, {class}, {mask}, {default})")?;
            }
        }
        out.push_str("ZEND_END_ARG_INFO()\n");
        Ok(())
    }

    fn entry(&self, out: &mut String, class: &str, flags: &str) -> Result<()> {
        let (rust, name, doc) = (self.rust(class), quoted(&self.name), said(self.doc.as_ref()));
        writeln!(out, "    QUOALISE_ENTRY({name}, php_{rust}, arginfo_{rust}, {flags}, {doc})")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stub_is_read() {
        let stub = Stub::read(
            "<?php\n\nnamespace A {\n    /**\n     * All.\n     */\n    final class B implements \\Countable\n    {\n        \
             public static function of(\n            #[\\SensitiveParameter] array $options,\n            ?C $c = null\n        \
             ): \\DateTimeImmutable|string {}\n    }\n\n    enum C: string\n    {\n        case One = 'one';\n    }\n\n    \
             class D\n    {\n        public readonly ?C $c;\n    }\n}\n",
        );
        let stub = stub.unwrap();
        let names: Vec<String> = stub.numbers().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["B", "C", "D"]);
        let method = &stub.classes[0].methods[0];
        assert_eq!(method.returns.classes, ["DateTimeImmutable"]);
        assert_eq!((method.is_static, method.parameters.len()), (true, 2));
        assert!(method.parameters[0].is_sensitive);
        assert_eq!(method.parameters[1].kind.classes, ["A\\C"]);
        assert_eq!(stub.classes[1].cases, [("One".to_owned(), "one".to_owned())]);
        assert_eq!(stub.classes[2].properties[0].kind.mask, ["MAY_BE_NULL"]);
        assert!(Stub::read("namespace A {\nwhatever\n}\n").is_err());
    }
}
