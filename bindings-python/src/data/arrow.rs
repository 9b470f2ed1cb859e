//! Arrow's C data and stream interfaces, written by hand: Polars, DuckDB, PyArrow and pandas take columns by them.
//!
//! Times, numbers and their validity are lent as they lie, and the data live as long as anybody holds an array of them. Names
//! and units are dictionaries. Columns for texts, booleans, bytes, sums and what else a record may hold are there where any
//! record has such.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;
use std::sync::Arc;

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use quoalise::ffi;
use quoalise::senml::{Record, Records, Value};

const NULLABLE: i64 = 2;

#[repr(C)]
pub struct Schema {
    format: *const c_char,
    name: *const c_char,
    metadata: *const c_char,
    flags: i64,
    n_children: i64,
    children: *mut *mut Schema,
    dictionary: *mut Schema,
    release: Option<unsafe extern "C" fn(*mut Schema)>,
    private_data: *mut c_void,
}

#[repr(C)]
pub struct Array {
    length: i64,
    null_count: i64,
    offset: i64,
    n_buffers: i64,
    n_children: i64,
    buffers: *mut *const c_void,
    children: *mut *mut Array,
    dictionary: *mut Array,
    release: Option<unsafe extern "C" fn(*mut Array)>,
    private_data: *mut c_void,
}

#[repr(C)]
pub struct Stream {
    get_schema: unsafe extern "C" fn(*mut Stream, *mut Schema) -> c_int,
    get_next: unsafe extern "C" fn(*mut Stream, *mut Array) -> c_int,
    get_last_error: unsafe extern "C" fn(*mut Stream) -> *const c_char,
    release: Option<unsafe extern "C" fn(*mut Stream)>,
    private_data: *mut c_void,
}

macro_rules! released {
    ($($interface:ident),+) => {$(
        impl Drop for $interface {
            /// Whoever moves it out leaves it without a release.
            fn drop(&mut self) {
                if let Some(release) = self.release {
                    // SAFETY: it was not released yet, and is ours.
                    unsafe { release(self) }
                }
            }
        }

        // SAFETY: what it points to is its own, and is not changed but by its release.
        unsafe impl Send for $interface {}
    )+};
}

released!(Schema, Array, Stream);

/// What a buffer's bytes are kept in.
enum Buffer {
    None,
    Bytes(Vec<u8>),
    Numbers(Vec<i32>),
    Floats(Vec<f64>),
    /// In the columns of the data.
    Lent(*const c_void),
}

impl Buffer {
    fn address(&self) -> *const c_void {
        match self {
            Self::None => ptr::null(),
            Self::Bytes(bytes) => bytes.as_ptr().cast(),
            Self::Numbers(numbers) => numbers.as_ptr().cast(),
            Self::Floats(floats) => floats.as_ptr().cast(),
            Self::Lent(address) => *address,
        }
    }
}

/// One column, and what there is to say of it.
struct Column {
    name: &'static CStr,
    format: &'static CStr,
    flags: i64,
    length: usize,
    nulls: usize,
    buffers: Vec<Buffer>,
    children: Vec<Column>,
    dictionary: Option<Box<Column>>,
}

impl Column {
    fn new(name: &'static CStr, format: &'static CStr, length: usize, buffers: Vec<Buffer>) -> Self {
        Self { name, format, flags: 0, length, nulls: 0, buffers, children: Vec::new(), dictionary: None }
    }

    fn nullable(mut self, nulls: usize) -> Self {
        (self.flags, self.nulls) = (NULLABLE, nulls);
        self
    }

    fn schema(&self) -> Schema {
        let raw = |column: &Column| Box::into_raw(Box::new(column.schema()));
        let mut children: Vec<*mut Schema> = self.children.iter().map(raw).collect();
        Schema {
            format: self.format.as_ptr(),
            name: self.name.as_ptr(),
            metadata: ptr::null(),
            flags: self.flags,
            n_children: children.len() as i64,
            children: children.as_mut_ptr(),
            dictionary: self.dictionary.as_deref().map_or(ptr::null_mut(), raw),
            release: Some(release_schema),
            private_data: Box::into_raw(Box::new(children)).cast(),
        }
    }

    /// What the buffers lie in is kept by each array.
    fn into_array(self, data: &Arc<ffi::Data>) -> Array {
        let children = self.children.into_iter().map(|child| Box::into_raw(Box::new(child.into_array(data))));
        let dictionary = self.dictionary.map(|it| Box::into_raw(Box::new(it.into_array(data))));
        let mut kept = Box::new(Kept {
            addresses: self.buffers.iter().map(Buffer::address).collect(),
            children: children.collect(),
            _buffers: self.buffers,
            _data: data.clone(),
        });
        Array {
            length: self.length as i64,
            null_count: self.nulls as i64,
            offset: 0,
            n_buffers: kept.addresses.len() as i64,
            n_children: kept.children.len() as i64,
            buffers: kept.addresses.as_mut_ptr(),
            children: kept.children.as_mut_ptr(),
            dictionary: dictionary.unwrap_or(ptr::null_mut()),
            release: Some(release_array),
            private_data: Box::into_raw(kept).cast(),
        }
    }
}

struct Kept {
    addresses: Vec<*const c_void>,
    children: Vec<*mut Array>,
    _buffers: Vec<Buffer>,
    _data: Arc<ffi::Data>,
}

unsafe extern "C" fn release_schema(schema: *mut Schema) {
    // SAFETY: the consumer hands back, once, what `Column::schema` made; a child it took over is released by then.
    unsafe {
        let children: Box<Vec<*mut Schema>> = Box::from_raw((*schema).private_data.cast());
        for child in *children {
            drop(Box::from_raw(child));
        }
        if !(*schema).dictionary.is_null() {
            drop(Box::from_raw((*schema).dictionary));
        }
        (*schema).release = None;
    }
}

unsafe extern "C" fn release_array(array: *mut Array) {
    // SAFETY: the consumer hands back, once, what `Column::into_array` made; a child it took over is released by then.
    unsafe {
        let kept: Box<Kept> = Box::from_raw((*array).private_data.cast());
        for child in &kept.children {
            drop(Box::from_raw(*child));
        }
        if !(*array).dictionary.is_null() {
            drop(Box::from_raw((*array).dictionary));
        }
        (*array).release = None;
    }
}

/// Texts, or bytes, one behind the other.
struct Texts {
    offsets: Vec<i32>,
    bytes: Vec<u8>,
}

impl Texts {
    fn of<'t>(texts: impl IntoIterator<Item = &'t [u8]>) -> PyResult<Self> {
        let mut all = Self { offsets: vec![0], bytes: Vec::new() };
        for text in texts {
            all.bytes.extend_from_slice(text);
            let end = i32::try_from(all.bytes.len());
            let large = |_| PyOverflowError::new_err("more than 2 GiB of texts: take a part of the data");
            all.offsets.push(end.map_err(large)?);
        }
        Ok(all)
    }

    fn column(self, name: &'static CStr, format: &'static CStr, validity: Buffer) -> Column {
        let length = self.offsets.len() - 1;
        let buffers = vec![validity, Buffer::Numbers(self.offsets), Buffer::Bytes(self.bytes)];
        Column::new(name, format, length, buffers)
    }
}

/// One bit a row, and how many rows are not among these.
fn bits(length: usize, rows: impl Iterator<Item = usize>) -> (Vec<u8>, usize) {
    let (mut bits, mut nulls) = (vec![0_u8; length.div_ceil(8)], length);
    for row in rows {
        bits[row / 8] |= 1 << (row % 8);
        nulls -= 1;
    }
    (bits, nulls)
}

fn dictionary(
    name: &'static CStr,
    codes: Vec<i32>,
    validity: Buffer,
    texts: impl Iterator<Item = impl AsRef<str>>,
) -> PyResult<Column> {
    let texts: Vec<_> = texts.collect();
    let texts = Texts::of(texts.iter().map(|text| text.as_ref().as_bytes()))?;
    let mut column = Column::new(name, c"i", codes.len(), vec![validity, Buffer::Numbers(codes)]);
    column.dictionary = Some(Box::new(texts.column(c"", c"u", Buffer::None)));
    Ok(column)
}

/// Which of so many texts each row has: mostly there is only one.
fn codes(length: usize, texts: usize, of: impl Fn(usize) -> usize) -> Vec<i32> {
    if texts <= 1 {
        return vec![0; length];
    }
    (0..length).map(|row| of(row) as i32).collect()
}

fn columns(records: &Records) -> PyResult<Column> {
    let length = records.len();
    let lent = |address: *const c_void| vec![Buffer::None, Buffer::Lent(address)];
    let names = codes(length, records.names().len(), |row| records.name_index(row));
    let mut columns = vec![
        dictionary(c"name", names, Buffer::None, records.names())?,
        Column::new(c"time", c"tsu:UTC", length, lent(records.times().as_ptr().cast())),
    ];

    let validity = match records.null_count() {
        0 => Buffer::None,
        _ => Buffer::Lent(records.validity().as_ptr().cast()),
    };
    let values = vec![validity, Buffer::Lent(records.values().as_ptr().cast())];
    columns.push(Column::new(c"value", c"g", length, values).nullable(records.null_count()));

    // The empty unit is in the dictionary as well: nothing points to it.
    let units = codes(length, records.units().len(), |row| records.unit_index(row));
    let (validity, nulls) = match records.units().position(str::is_empty) {
        None => (Buffer::None, 0),
        Some(without) => {
            let (bits, nulls) = bits(length, (0..length).filter(|row| records.unit_index(*row) != without));
            (Buffer::Bytes(bits), nulls)
        }
    };
    columns.push(dictionary(c"unit", units, validity, records.units())?.nullable(nulls));

    let special: Vec<(usize, Record<'_>)> =
        records.special().filter_map(|row| Some((row, records.get(row)?))).collect();
    columns.extend(texts(c"text", c"u", length, &special, |record| match record.value {
        Some(Value::Text(text)) => Some(text.as_bytes().to_vec()),
        _ => None,
    })?);
    let truth = |record: &Record<'_>| match record.value {
        Some(Value::Boolean(boolean)) => Some(boolean),
        _ => None,
    };
    if special.iter().any(|(_, record)| truth(record).is_some()) {
        let rows = |wanted: &'static [bool]| {
            let is_wanted = move |record: &Record<'_>| truth(record).is_some_and(|it| wanted.contains(&it));
            special.iter().filter(move |(_, record)| is_wanted(record)).map(|(row, _)| *row)
        };
        let (validity, nulls) = bits(length, rows(&[true, false]));
        let buffers = vec![Buffer::Bytes(validity), Buffer::Bytes(bits(length, rows(&[true])).0)];
        columns.push(Column::new(c"boolean", c"b", length, buffers).nullable(nulls));
    }
    columns.extend(texts(c"data", c"z", length, &special, |record| match record.value {
        Some(Value::Data(bytes)) => Some(bytes.to_vec()),
        _ => None,
    })?);
    columns.extend(numbers(c"sum", length, &special, |record| record.sum));
    columns.extend(numbers(c"update_time", length, &special, |record| record.update_time));
    columns.extend(texts(c"other", c"u", length, &special, |record| {
        let object: serde_json::Map<_, _> = record.other.iter().cloned().collect();
        (!object.is_empty()).then(|| serde_json::Value::Object(object).to_string().into_bytes())
    })?);

    let mut table = Column::new(c"", c"+s", length, vec![Buffer::None]);
    table.children = columns;
    Ok(table)
}

/// A column of what only some records have; none where no record has it.
fn texts(
    name: &'static CStr,
    format: &'static CStr,
    length: usize,
    special: &[(usize, Record<'_>)],
    get: impl Fn(&Record<'_>) -> Option<Vec<u8>>,
) -> PyResult<Option<Column>> {
    let found: Vec<(usize, Vec<u8>)> =
        special.iter().filter_map(|(row, record)| Some((*row, get(record)?))).collect();
    if found.is_empty() {
        return Ok(None);
    }
    let (validity, nulls) = bits(length, found.iter().map(|(row, _)| *row));
    let mut found = found.iter().peekable();
    let all = (0..length).map(|row| found.next_if(|(at, _)| *at == row).map_or(&[][..], |(_, text)| text));
    Ok(Some(Texts::of(all)?.column(name, format, Buffer::Bytes(validity)).nullable(nulls)))
}

fn numbers(
    name: &'static CStr,
    length: usize,
    special: &[(usize, Record<'_>)],
    get: impl Fn(&Record<'_>) -> Option<f64>,
) -> Option<Column> {
    let found: Vec<(usize, f64)> =
        special.iter().filter_map(|(row, record)| Some((*row, get(record)?))).collect();
    if found.is_empty() {
        return None;
    }
    let (validity, nulls) = bits(length, found.iter().map(|(row, _)| *row));
    let mut all = vec![0.0; length];
    found.iter().for_each(|(row, number)| all[*row] = *number);
    let buffers = vec![Buffer::Bytes(validity), Buffer::Floats(all)];
    Some(Column::new(name, c"g", length, buffers).nullable(nulls))
}

struct Source {
    data: Arc<ffi::Data>,
    /// From when the schema is asked for until they are taken.
    columns: Option<Column>,
    done: bool,
    error: CString,
}

impl Source {
    fn columns(&mut self) -> PyResult<Column> {
        self.columns.take().map_or_else(|| columns(self.data.inner().records()), Ok)
    }

    /// Fills what the consumer has room for; it takes over what is there.
    unsafe fn give<T>(&mut self, out: *mut T, make: impl FnOnce(&mut Self) -> PyResult<T>) -> c_int {
        match make(self) {
            Ok(made) => {
                // SAFETY: the consumer gives room for one, with nothing in it.
                unsafe { ptr::write(out, made) };
                0
            }
            Err(error) => {
                self.error = CString::new(error.to_string()).unwrap_or_default();
                const EOVERFLOW: c_int = 75;
                EOVERFLOW
            }
        }
    }
}

/// The source of a stream.
unsafe fn source<'s>(stream: *mut Stream) -> &'s mut Source {
    // SAFETY: the consumer gives what `stream` made, has not released it, and calls one function at a time.
    unsafe { &mut *(*stream).private_data.cast::<Source>() }
}

unsafe extern "C" fn get_schema(stream: *mut Stream, out: *mut Schema) -> c_int {
    // SAFETY: as the interface asks of its consumers.
    unsafe {
        source(stream).give(out, |source| {
            let columns = source.columns()?;
            let schema = columns.schema();
            source.columns = Some(columns).filter(|_| !source.done);
            Ok(schema)
        })
    }
}

unsafe extern "C" fn get_next(stream: *mut Stream, out: *mut Array) -> c_int {
    // SAFETY: as the interface asks of its consumers.
    unsafe {
        let source = source(stream);
        if std::mem::replace(&mut source.done, true) {
            ptr::write_bytes(out, 0, 1); // without a release: there are no more
            return 0;
        }
        source.give(out, |source| Ok(source.columns()?.into_array(&source.data)))
    }
}

unsafe extern "C" fn get_last_error(stream: *mut Stream) -> *const c_char {
    // SAFETY: as the interface asks of its consumers.
    let error = unsafe { &source(stream).error };
    if error.is_empty() { ptr::null() } else { error.as_ptr() }
}

unsafe extern "C" fn release_stream(stream: *mut Stream) {
    // SAFETY: the consumer hands back, once, what `stream` made.
    unsafe {
        drop(Box::<Source>::from_raw((*stream).private_data.cast()));
        (*stream).release = None;
    }
}

/// For `__arrow_c_stream__`: all records in one batch.
pub fn stream(py: Python<'_>, data: Arc<ffi::Data>) -> PyResult<Bound<'_, PyCapsule>> {
    let source = Box::new(Source { data, columns: None, done: false, error: CString::default() });
    let private_data = Box::into_raw(source).cast();
    let release = Some(release_stream as unsafe extern "C" fn(*mut Stream));
    let stream = Stream { get_schema, get_next, get_last_error, release, private_data };
    PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
}

/// For `__arrow_c_schema__`.
pub fn schema<'py>(py: Python<'py>, data: &ffi::Data) -> PyResult<Bound<'py, PyCapsule>> {
    PyCapsule::new_with_value(py, columns(data.inner().records())?.schema(), c"arrow_schema")
}

/// For `__arrow_c_array__`.
pub fn array<'py>(
    py: Python<'py>,
    data: &Arc<ffi::Data>,
) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
    let columns = columns(data.inner().records())?;
    let schema = PyCapsule::new_with_value(py, columns.schema(), c"arrow_schema")?;
    Ok((schema, PyCapsule::new_with_value(py, columns.into_array(data), c"arrow_array")?))
}
