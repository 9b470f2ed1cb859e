//! What `border.c` has, and what stands around every function that PHP calls.

use std::any::Any;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::future::Future;
use std::os::fd::IntoRawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ext_php_rs::types::{ZendHashTable, Zval};
use ext_php_rs::zend::ExecuteData;
use quoalise::ffi;

use crate::convert::{FromPhp, ToPhp, Wrong};
use crate::error::{Fault, Result, invalid};
use crate::generated::Native;
use crate::wait::wait;

/// What a native object holds.
type State = Box<dyn Any + Send + Sync>;

#[allow(improper_ctypes, reason = "zvals and frames are as the Zend API has them")]
unsafe extern "C" {
    fn quoalise_argument(frame: *mut ExecuteData, number: u32) -> *mut Zval;
    fn quoalise_count_is_right(frame: *mut ExecuteData) -> c_int;
    fn quoalise_this(frame: *mut ExecuteData) -> *mut Zval;
    fn quoalise_state(value: *const Zval, class: u32) -> *mut c_void;
    fn quoalise_fill(value: *const Zval, state: *mut c_void);
    fn quoalise_make(out: *mut Zval, class: u32, state: *mut c_void) -> bool;
    fn quoalise_record(out: *mut Zval, class: u32, count: u32, values: *mut Zval) -> bool;
    fn quoalise_object_of_nothing(out: *mut Zval) -> bool;
    fn quoalise_text(out: *mut Zval, text: *const c_char, length: usize) -> bool;
    fn quoalise_list(out: *mut Zval, count: u32, items: *mut Zval) -> bool;
    fn quoalise_table(out: *mut Zval, count: u32, keys: *const Text, values: *mut Zval) -> bool;
    fn quoalise_case(out: *mut Zval, class: u32, name: *const c_char) -> bool;
    fn quoalise_case_name(value: *const Zval, class: u32) -> *const c_char;
    fn quoalise_time(out: *mut Zval, text: *const c_char, length: usize) -> c_int;
    fn quoalise_is_time(value: *const Zval) -> bool;
    fn quoalise_is_zone(value: *const Zval) -> bool;
    fn quoalise_call(
        object: *const Zval,
        method: *const c_char,
        argument: *mut Zval,
        out: *mut Zval,
    ) -> c_int;
    fn quoalise_may_open(path: *const c_char, may: *mut bool) -> bool;
    fn quoalise_exception(
        out: *mut Zval,
        class: u32,
        scope: u32,
        message: *const Text,
        count: u32,
        names: *const *const c_char,
        values: *mut Zval,
    ) -> bool;
    fn quoalise_throw(exception: *mut Zval) -> bool;
    fn quoalise_type_error(number: u32, expected: *const c_char, given: *const Zval) -> bool;
    fn quoalise_error(message: *const c_char) -> bool;
    fn quoalise_out_of_bounds(message: *const c_char) -> bool;
    fn quoalise_stream(out: *mut Zval, descriptor: c_int) -> bool;
    fn quoalise_interrupted() -> c_int;
    fn quoalise_setting(name: *const c_char) -> i64;
    fn quoalise_module() -> *mut c_void;
}

/// A text as C has it.
#[repr(C)]
struct Text {
    text: *const c_char,
    length: usize,
}

impl Text {
    fn of(text: &str) -> Self {
        Self { text: text.as_ptr().cast(), length: text.len() }
    }
}

/// What came of a call that allocates: where the engine wants to leave, all that is held on the way out is given up first.
fn done(stays: bool) -> Result<()> {
    if stays { Ok(()) } else { Err(Fault::BailOut) }
}

/// The same of one that may throw.
fn thrown(came_of_it: c_int) -> Result<()> {
    match came_of_it {
        0 => Ok(()),
        1 => Err(Fault::Thrown),
        _ => Err(Fault::BailOut),
    }
}

/// What is thrown, unless not even that can be.
fn throws(stays: bool) -> Fault {
    if stays { Fault::Thrown } else { Fault::BailOut }
}

/// What PHP asks an extension for first.
#[unsafe(no_mangle)]
pub extern "C" fn get_module() -> *mut c_void {
    // SAFETY: it gives the address of what lives as long as the library.
    unsafe { quoalise_module() }
}

/// An object of PHP's that held this is gone.
#[unsafe(no_mangle)]
unsafe extern "C" fn quoalise_free(state: *mut c_void) {
    // SAFETY: it came out of a box in `owned`, and the object held it alone.
    let state = unsafe { Box::from_raw(state.cast::<State>()) };
    // What fails to be dropped is no concern of whoever frees an object.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(state)));
}

/// Whether two objects of data hold the same.
#[unsafe(no_mangle)]
unsafe extern "C" fn quoalise_same(one: *mut c_void, other: *mut c_void) -> bool {
    let data = |state: *mut c_void| {
        // SAFETY: objects of data hold what came out of `owned`, and live while they are compared.
        unsafe { state.cast::<State>().as_ref() }?.downcast_ref::<Arc<ffi::Data>>()
    };
    let same = || Some(data(one)?.inner() == data(other)?.inner());
    catch_unwind(AssertUnwindSafe(same)).ok().flatten().unwrap_or_default()
}

fn owned<T: Send + Sync + 'static>(state: T) -> *mut c_void {
    Box::into_raw(Box::new(Box::new(state) as State)).cast()
}

/// A native object.
pub fn make<T: Send + Sync + 'static>(class: u32, state: T) -> Result<Zval> {
    let (mut out, state) = (Zval::new(), owned(state));
    // SAFETY: the class is native, and takes what it is to hold.
    let stays = unsafe { quoalise_make(&raw mut out, class, state) };
    if !stays {
        // SAFETY: it is of `owned`, and was not taken.
        unsafe { quoalise_free(state) }
    }
    done(stays).map(|()| out)
}

/// What a native object of this class holds.
pub fn state<T: 'static>(value: &Zval, class: u32) -> Option<&T> {
    // SAFETY: what such an object holds came from `owned`, and lives as long as the object.
    unsafe { quoalise_state(value, class).cast::<State>().as_ref() }?.downcast_ref()
}

/// A record, whose properties are these, in order.
pub fn record<const N: usize>(class: u32, mut values: [Zval; N]) -> Result<Zval> {
    let mut out = Zval::new();
    // SAFETY: the class has so many properties.
    done(unsafe { quoalise_record(&raw mut out, class, N as u32, values.as_mut_ptr()) })?;
    // They were taken.
    std::mem::forget(values);
    Ok(out)
}

/// An object without a class or anything in it.
pub fn object_of_nothing() -> Result<Zval> {
    let mut out = Zval::new();
    // SAFETY: there is room for it.
    done(unsafe { quoalise_object_of_nothing(&raw mut out) })?;
    Ok(out)
}

/// A text, or bytes.
pub fn text(bytes: &[u8]) -> Result<Zval> {
    let mut out = Zval::new();
    // SAFETY: there are so many, and the engine copies them.
    done(unsafe { quoalise_text(&raw mut out, bytes.as_ptr().cast(), bytes.len()) })?;
    Ok(out)
}

fn count(items: usize) -> Result<u32> {
    // As many as an array of PHP's takes, and then it tells why it does not.
    u32::try_from(items).map_err(|_| Fault::error(c"there are more of them than an array takes"))
}

/// A list of PHP's.
pub fn list(mut items: Vec<Zval>) -> Result<Zval> {
    let mut out = Zval::new();
    // SAFETY: there are so many.
    done(unsafe { quoalise_list(&raw mut out, count(items.len())?, items.as_mut_ptr()) })?;
    // SAFETY: it is no longer than before, and what was in it was taken.
    unsafe { items.set_len(0) }
    Ok(out)
}

/// An array by names.
pub fn table<'k>(items: impl IntoIterator<Item = (&'k str, Zval)>) -> Result<Zval> {
    let (keys, mut values): (Vec<Text>, Vec<Zval>) =
        items.into_iter().map(|(key, value)| (Text::of(key), value)).unzip();
    let mut out = Zval::new();
    // SAFETY: there are so many of both, and the engine copies the keys.
    done(unsafe { quoalise_table(&raw mut out, count(keys.len())?, keys.as_ptr(), values.as_mut_ptr()) })?;
    // SAFETY: it is no longer than before, and what was in it was taken.
    unsafe { values.set_len(0) }
    Ok(out)
}

/// A case of an enum.
pub fn case(class: u32, name: &CStr) -> Result<Zval> {
    let mut out = Zval::new();
    // SAFETY: the enum has a case of that name.
    done(unsafe { quoalise_case(&raw mut out, class, name.as_ptr()) })?;
    Ok(out)
}

/// The name of a case of this enum.
pub fn case_name(value: &Zval, class: u32) -> Option<&str> {
    // SAFETY: names of cases live as long as their enum.
    unsafe {
        let name = quoalise_case_name(value, class);
        if name.is_null() { None } else { CStr::from_ptr(name).to_str().ok() }
    }
}

/// A `DateTimeImmutable` of a time and its zone, which PHP's parser reads: it wants a NUL behind them.
pub fn time(text: &CStr) -> Result<Zval> {
    let mut out = Zval::new();
    // SAFETY: the text is as long as that.
    thrown(unsafe { quoalise_time(&raw mut out, text.as_ptr(), text.count_bytes()) })?;
    Ok(out)
}

/// Whether `open_basedir` lets the script have a file; else it has been warned.
pub fn may_open(path: &CStr) -> Result<bool> {
    let mut may = false;
    // SAFETY: it looks at the path, and there is room for the answer.
    done(unsafe { quoalise_may_open(path.as_ptr(), &raw mut may) })?;
    Ok(may)
}

/// Whether it is a `DateTimeInterface`.
pub fn is_time(value: &Zval) -> bool {
    // SAFETY: it only looks.
    unsafe { quoalise_is_time(value) }
}

/// Whether it is a `DateTimeZone`.
pub fn is_zone(value: &Zval) -> bool {
    // SAFETY: it only looks.
    unsafe { quoalise_is_zone(value) }
}

/// What a method of an object gives.
pub fn call_method(object: &Zval, method: &CStr, argument: Option<Zval>) -> Result<Zval> {
    let (mut out, mut argument) = (Zval::new(), argument);
    let given = argument.as_mut().map_or(std::ptr::null_mut(), std::ptr::from_mut);
    // SAFETY: the object has that method, and the argument lives until it is back.
    thrown(unsafe { quoalise_call(object, method.as_ptr(), given, &raw mut out) })?;
    Ok(out)
}

/// An exception, not thrown yet: where it is made is where it says that it comes from.
pub fn exception<const N: usize>(
    class: u32,
    base: u32,
    message: &str,
    fields: [(&'static CStr, Zval); N],
) -> Result<Zval> {
    let mut out = Zval::new();
    let names = fields.each_ref().map(|(name, _)| name.as_ptr());
    let mut values = fields.map(|(_, value)| value);
    let message = Text::of(message);
    // SAFETY: the class is one of exceptions, and `base` has these properties.
    let stays = unsafe {
        let (names, values) = (names.as_ptr(), values.as_mut_ptr());
        quoalise_exception(&raw mut out, class, base, &raw const message, N as u32, names, values)
    };
    done(stays)?;
    Ok(out)
}

/// Throws an exception.
pub fn throw(mut exception: Zval) -> Fault {
    // SAFETY: it is an exception, and the engine takes it.
    let fault = throws(unsafe { quoalise_throw(&raw mut exception) });
    std::mem::forget(exception);
    fault
}

/// Throws PHP's own `Error`, for what no program can expect.
pub fn throw_error(message: &CStr) -> Fault {
    // SAFETY: it is a text.
    throws(unsafe { quoalise_error(message.as_ptr()) })
}

/// Throws an `OutOfBoundsException`.
pub fn out_of_bounds(message: &CStr) -> Fault {
    // SAFETY: it is a text.
    throws(unsafe { quoalise_out_of_bounds(message.as_ptr()) })
}

/// Lets the engine see to signals and time limits, as between two lines of a script.
pub fn interrupted() -> Result<()> {
    // SAFETY: this is the thread of the request, in a function that PHP called.
    thrown(unsafe { quoalise_interrupted() })
}

/// A stream of PHP's over what can be read.
pub fn stream(from: std::io::PipeReader) -> Result<Zval> {
    let mut out = Zval::new();
    // SAFETY: the stream takes the descriptor, and closes it.
    done(unsafe { quoalise_stream(&raw mut out, from.into_raw_fd()) })?;
    Ok(out)
}

/// A number of php.ini; none where it is below zero.
pub fn setting(name: &CStr) -> Option<u64> {
    // SAFETY: settings are there as long as the extension is.
    u64::try_from(unsafe { quoalise_setting(name.as_ptr()) }).ok()
}

/// A call from PHP.
pub struct Call {
    frame: *mut ExecuteData,
}

impl Call {
    /// The object whose method is called.
    pub fn object(&self) -> &Zval {
        // SAFETY: the frame is that of a method, and keeps its object.
        unsafe { &*quoalise_this(self.frame) }
    }

    /// What that object holds.
    pub fn this<T: Native>(&self) -> Result<Arc<T>> {
        state::<Arc<T>>(self.object(), T::CLASS)
            .cloned()
            .ok_or_else(|| Fault::error(c"the object holds nothing"))
    }

    /// Gives the object what it is to hold.
    pub fn fill<T: Native>(&self, state: Arc<T>) {
        // SAFETY: the object is native, was just made, and takes it.
        unsafe { quoalise_fill(self.object(), owned(state)) }
    }

    fn given(&self, number: u32) -> Option<&Zval> {
        // SAFETY: the frame keeps its arguments.
        unsafe { quoalise_argument(self.frame, number).as_ref() }
    }

    /// An argument, by its number from 0.
    pub fn argument<T: FromPhp>(&self, number: u32, expected: &CStr) -> Result<T> {
        let given = self.given(number).ok_or_else(|| Fault::error(c"an argument is missing"))?;
        self.taken(number, expected, given)
    }

    /// An argument that may be left out.
    pub fn or<T: FromPhp>(&self, number: u32, expected: &CStr, default: T) -> Result<T> {
        self.given(number).map_or(Ok(default), |given| self.taken(number, expected, given))
    }

    fn taken<T: FromPhp>(&self, number: u32, expected: &CStr, given: &Zval) -> Result<T> {
        T::from_php(given).map_err(|wrong| match wrong {
            Wrong::Type => {
                // SAFETY: it is called for a function that has so many arguments.
                throws(unsafe { quoalise_type_error(number + 1, expected.as_ptr(), given) })
            }
            Wrong::Value(message) => invalid(&format!("argument {}: {message}", number + 1)),
            Wrong::Fault(fault) => fault,
        })
    }

    /// The array of options that is the first argument.
    pub fn options(&self, known: &[&str]) -> Result<Options<'_>> {
        let given = self.given(0).and_then(Zval::array);
        let Some(given) = given else { return self.argument::<NoArray>(0, c"array").map(|_| Options(None)) };
        for (key, _) in given.iter() {
            let key = key.to_string();
            if !known.contains(&&*key) {
                return Err(invalid(&format!("there is no option {key:?}: there are {}", known.join(", "))));
            }
        }
        Ok(Options(Some(given)))
    }

    /// Waits for what an operation gives.
    pub fn wait<T: ToPhp>(&self, operation: impl Future<Output = ffi::Result<T>>) -> Result<Zval> {
        match wait(operation, None)? {
            Some(done) => done?.to_php(),
            None => Ok(Zval::null()),
        }
    }

    /// Waits for what came to an end, and only then takes it.
    pub fn wait_and_take(&self, operation: impl Future<Output = ffi::Result<ffi::Rest>>) -> Result<Zval> {
        match wait(operation, None)? {
            Some(done) => {
                let rest = done?;
                let events = rest.events().to_php()?;
                rest.take();
                Ok(events)
            }
            None => Ok(Zval::null()),
        }
    }
}

/// Anything but an array, so that what is wrong is told as of any other argument.
struct NoArray;

impl FromPhp for NoArray {
    fn from_php(_: &Zval) -> Result<Self, Wrong> {
        Err(Wrong::Type)
    }
}

/// An array of options.
pub struct Options<'c>(Option<&'c ZendHashTable>);

impl Options<'_> {
    fn given(&self, name: &str) -> Option<&Zval> {
        self.0?.get(name).map(Zval::dereference)
    }

    /// An option that has to be there.
    pub fn required<T: FromPhp>(&self, name: &str, expected: &CStr) -> Result<T> {
        let given = self.given(name).ok_or_else(|| invalid(&format!("the option `{name}` is missing")))?;
        Self::taken(name, expected, given)
    }

    /// An option that may be left out.
    pub fn or<T: FromPhp>(&self, name: &str, expected: &CStr, default: T) -> Result<T> {
        self.given(name).map_or(Ok(default), |given| Self::taken(name, expected, given))
    }

    fn taken<T: FromPhp>(name: &str, expected: &CStr, given: &Zval) -> Result<T> {
        T::from_php(given).map_err(|wrong| match wrong {
            Wrong::Type => {
                let expected = expected.to_string_lossy();
                invalid(&format!(
                    "the option `{name}` must be of type {expected}, {} given",
                    given.get_type()
                ))
            }
            Wrong::Value(message) => invalid(&format!("option `{name}`: {message}")),
            Wrong::Fault(fault) => fault,
        })
    }
}

/// Runs what PHP called: whatever comes of it, PHP gets a value or an exception.
///
/// # Safety
/// The frame is that of the function, and PHP waits for what is given.
pub unsafe fn run(
    frame: *mut ExecuteData,
    out: *mut Zval,
    function: impl FnOnce(&Call) -> Result<Zval>,
) -> c_int {
    const DONE: c_int = 0;
    const BAIL_OUT: c_int = 1;
    let call = Call { frame };
    let body = || {
        // SAFETY: as above.
        thrown(unsafe { quoalise_count_is_right(frame) })?;
        function(&call)
    };
    let fault = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => {
            // SAFETY: the engine gives room for it, with nothing in it.
            unsafe { out.write(value) }
            return DONE;
        }
        Ok(Err(Fault::Error(error))) => crate::error::raise(&error),
        Ok(Err(fault)) => fault,
        Err(_) => throw_error(c"a fault of this library ended the call; please report it"),
    };
    if matches!(fault, Fault::BailOut) { BAIL_OUT } else { DONE }
}

/// A function that PHP calls, by its name in `generated.h`.
macro_rules! function {
    ($name:ident, |$call:ident| $body:block) => {
        #[unsafe(no_mangle)]
        #[allow(non_snake_case, reason = "classes and methods of PHP are in it")]
        unsafe extern "C" fn $name(
            frame: *mut ext_php_rs::zend::ExecuteData,
            out: *mut ext_php_rs::types::Zval,
        ) -> std::ffi::c_int {
            // SAFETY: PHP calls it as it calls any function.
            unsafe { crate::border::run(frame, out, |$call: &crate::border::Call| $body) }
        }
    };
}
pub(crate) use function;
