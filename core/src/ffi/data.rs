use std::sync::Arc;

use crate::data::Data as CoreData;

/// One payload: the records of all its series in one set of columns, and what each series is.
///
/// Wrappers written in Rust take the columns from [`inner`](Self::inner), without copying.
#[derive(Debug, uniffi::Object)]
pub struct Data(CoreData);

#[uniffi::export]
impl Data {
    /// How many records there are, gaps included.
    pub fn len(&self) -> u64 {
        self.0.records().len() as u64
    }
}

impl Data {
    /// The payload itself.
    pub fn inner(&self) -> &CoreData {
        &self.0
    }

    /// The payload itself, to be changed by a wrapper that has the only handle to it.
    pub fn inner_mut(&mut self) -> &mut CoreData {
        &mut self.0
    }

    /// What hosts are given for the JSON of all series: one object where there is one series, or a list of them.
    pub fn joined(series: Vec<serde_json::Value>) -> serde_json::Value {
        <[serde_json::Value; 1]>::try_from(series).map_or_else(serde_json::Value::from, |[one]| one)
    }

    /// Whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.0.records().is_empty()
    }
}

impl From<CoreData> for Data {
    fn from(data: CoreData) -> Self {
        Self(data)
    }
}

impl From<CoreData> for Arc<Data> {
    fn from(data: CoreData) -> Self {
        Arc::new(Data(data))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_series_is_an_object_and_several_are_a_list() {
        assert_eq!(Data::joined(vec![json!({ "records": [] })]), json!({ "records": [] }));
        assert_eq!(Data::joined(vec![json!({}), json!({})]), json!([{}, {}]));
        assert_eq!(Data::joined(Vec::new()), json!([]));
    }
}
