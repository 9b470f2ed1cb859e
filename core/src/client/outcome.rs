use jiff::Timestamp;
use minidom::Element;

use crate::data::{self, Data};
use crate::error::{Error, ErrorKind, Result};
use crate::senml::ReadOptions;
use crate::stanza::{Command, Field, Form, NS_FORMS, Note, payload};

/// What came of a command that was completed.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Outcome {
    /// The title of the result.
    pub title: Option<String>,
    /// A text about the result.
    pub instructions: Option<String>,
    /// The result's fields, in order; fixed ones are texts to read.
    pub fields: Vec<Field>,
    /// The result's tables; there is mostly one at the most.
    pub tables: Vec<Table>,
    /// What the provider says of it; no errors, which would have been the command's.
    pub notes: Vec<Note>,
    /// Readings, where there are any.
    pub data: Option<Data>,
    /// Whatever else came.
    pub payloads: Vec<data::Element>,
    /// The fields that a value was given for and that no form had. They were only noticed after the command was
    /// done; otherwise that is an error.
    pub unused: Vec<String>,
}

/// A result in rows (XEP-0004 section 3.4).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Table {
    /// Names, types and labels of the columns.
    pub columns: Vec<Field>,
    /// A list of values for each column, in the columns' order.
    pub rows: Vec<Vec<Vec<String>>>,
}

/// The readings among what came.
pub(super) fn read_data(payloads: &[Element], from: &str) -> Result<Option<Data>> {
    if !payloads.iter().any(payload::is_payload) {
        return Ok(None);
    }
    let data = payload::read(payloads, &ReadOptions::at(Timestamp::now()));
    data.map(Some).map_err(|error| unreadable("the data", from, error))
}

fn unreadable(what: &str, from: &str, error: crate::senml::Error) -> Error {
    Error::new(ErrorKind::MalformedAnswer, format!("{what} of {from} cannot be read: {error}"))
        .caused_by(error)
}

/// The readings of an answer that must have some.
pub(super) fn data_of(provider: &str, answer: &Command) -> Result<Data> {
    read_data(&answer.payloads, provider)?.ok_or_else(|| {
        Error::new(ErrorKind::MalformedAnswer, format!("{provider} answered without any data"))
    })
}

impl Outcome {
    pub(super) fn read(command: Command, from: &str) -> Result<Self> {
        let Command { form, notes, payloads, .. } = command;
        let mut outcome = Self { notes, data: read_data(&payloads, from)?, ..Self::default() };
        if let Some(form) = form {
            outcome.add(form);
        }
        for element in payloads.iter().filter(|element| !payload::is_payload(element)) {
            // Some have several tables, each in a form of its own.
            match Form::from_element(element).filter(|_| element.is("x", NS_FORMS)) {
                Some(form) => outcome.add(form),
                None => {
                    let element = payload::to_own(element, &ReadOptions::default(), 1);
                    outcome.payloads.push(element.map_err(|error| unreadable("the answer", from, error))?);
                }
            }
        }
        Ok(outcome)
    }

    fn add(&mut self, form: Form) {
        self.tables.extend(Table::read(&form));
        self.title = self.title.take().or(form.title);
        self.instructions = self.instructions.take().or(form.instructions);
        self.fields.extend(form.fields);
    }

    /// The first value of a field of the result, unless it is empty.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.fields.iter().filter(|known| known.var == field).find_map(Field::first)
    }
}

impl std::fmt::Debug for Outcome {
    /// Shows no values.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outcome")
            .field("fields", &self.fields)
            .field("tables", &self.tables)
            .field("data", &self.data.is_some())
            .field("payloads", &self.payloads)
            .finish_non_exhaustive()
    }
}

impl Table {
    /// The table of a form; none where it has neither columns nor rows. Older peers leave the columns out: then they
    /// are those of the rows.
    fn read(form: &Form) -> Option<Self> {
        let mut columns: Vec<Field> = form.reported.clone();
        for field in form.items.iter().flatten().filter(|field| !field.var.is_empty()) {
            if !columns.iter().any(|column| column.var == field.var) {
                let mut column = Field::new(&*field.var, field.kind);
                column.label.clone_from(&field.label);
                columns.push(column);
            }
        }
        if columns.is_empty() {
            return None;
        }
        let cell = |row: &[Field], column: &Field| {
            let found = row.iter().find(|field| field.var == column.var);
            found.map(|field| field.values.clone()).unwrap_or_default()
        };
        let row = |row: &Vec<Field>| columns.iter().map(|column| cell(row, column)).collect();
        let rows = form.items.iter().map(row).collect();
        Some(Self { columns, rows })
    }
}

impl std::fmt::Debug for Table {
    /// Shows no values.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table").field("columns", &self.columns).field("rows", &self.rows.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stanza::{FieldType, FormType};

    #[test]
    fn tables_have_the_columns_they_report_and_those_they_do_not() {
        let mut form = Form::new(FormType::Result);
        assert_eq!(Table::read(&form), None);
        form.reported = vec![Field::text("a").label("A"), Field::new("flag", FieldType::Boolean)];
        form.items = vec![
            vec![Field::text("a").value("1"), Field::text("flag").value("true")],
            vec![Field::text("more").value("seen").value("y"), Field::text("a").value("2")],
            vec![],
        ];
        let table = Table::read(&form).unwrap();
        let names: Vec<&str> = table.columns.iter().map(|column| &*column.var).collect();
        assert_eq!(names, ["a", "flag", "more"]);
        assert_eq!(table.rows[0], [vec!["1"], vec!["true"], vec![]]);
        assert_eq!(table.rows[1], [vec!["2"], vec![], vec!["seen", "y"]]);
        assert_eq!(table.rows[2], vec![Vec::<String>::new(); 3]);
        assert!(!format!("{table:?}").contains("seen"));
    }
}
