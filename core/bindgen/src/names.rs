//! Names in the manners of languages.

/// The words of a Rust name: `get_history`, `SenmlXml`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut fresh = true;
    for c in name.chars() {
        if c == '_' {
            fresh = true;
            continue;
        }
        if fresh || c.is_uppercase() {
            words.push(String::new());
        }
        fresh = false;
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words
}

/// `senml-xml`
pub fn kebab(name: &str) -> String {
    words(name).join("-")
}

/// `SENML_XML`
pub fn shouted(name: &str) -> String {
    words(name).join("_").to_uppercase()
}

/// `getHistory`
pub fn camel(name: &str) -> String {
    let mut words = words(name).into_iter();
    let first = words.next().unwrap_or_default();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        let capital = letters.next().map(|letter| letter.to_ascii_uppercase());
        name + &capital.into_iter().chain(letters).collect::<String>()
    })
}

/// `a list of options`
pub fn spoken(name: &str) -> String {
    words(name).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(kebab("SenmlXml"), "senml-xml");
        assert_eq!(kebab("get_history"), "get-history");
        assert_eq!(shouted("TextSingle"), "TEXT_SINGLE");
        assert_eq!(camel("get_history"), "getHistory");
        assert_eq!(spoken("ca_file"), "ca file");
    }
}
