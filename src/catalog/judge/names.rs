//! The names that rules read. Values that are costly to compute (a page as visitors see it, named expressions) are
//! computed on first use and kept, because most answers are decided without most of them.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use minijinja::value::{Enumerator, Object, Value};

use super::visible;
use crate::catalog::grammar::expr::Expr;

/// The values of an answer.
#[derive(Debug)]
struct Given {
    names: BTreeMap<String, Value>,
    /// The body, if a rule reads the page as visitors see it.
    page: Option<Value>,
    /// The page's source without invisible parts.
    markup: OnceLock<Value>,
    /// The page's visible text.
    visible: OnceLock<Value>,
}

/// The named expressions, each with its value, if it has one.
#[derive(Debug)]
struct Lets {
    given: Arc<Given>,
    lets: Arc<[(String, Expr)]>,
    worth: Vec<OnceLock<Option<Value>>>,
}

/// The named expressions that precede a given one. It can use only these.
#[derive(Debug)]
struct Before {
    lets: Arc<Lets>,
    count: usize,
}

/// All names, for a rule or for a named expression.
#[derive(Debug)]
struct Names {
    given: Arc<Given>,
    lets: Value,
}

/// All names, for a rule.
pub(super) fn of(names: BTreeMap<String, Value>, page: Option<Value>, lets: Arc<[(String, Expr)]>) -> Value {
    let given = Arc::new(Given { names, page, markup: OnceLock::new(), visible: OnceLock::new() });
    let (count, worth) = (lets.len(), lets.iter().map(|_| OnceLock::new()).collect());
    seen(Arc::new(Lets { given, lets, worth }), count)
}

fn seen(lets: Arc<Lets>, count: usize) -> Value {
    let given = lets.given.clone();
    Value::from_object(Names { given, lets: Value::from_object(Before { lets, count }) })
}

impl Object for Names {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "let" => Some(self.lets.clone()),
            "visible" => self.given.visible().cloned(),
            "markup" => self.given.markup().cloned(),
            name => self.given.names.get(name).cloned(),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let own = self.given.names.keys().map(|name| Value::from(name.as_str()));
        let more = self.given.page.iter().flat_map(|_| ["visible", "markup"]).map(Value::from);
        Enumerator::Values(own.chain(more).chain([Value::from("let")]).collect())
    }
}

impl Given {
    fn markup(&self) -> Option<&Value> {
        let page = self.page.as_ref()?.as_str()?;
        Some(self.markup.get_or_init(|| Value::from(visible::markup(page))))
    }

    fn visible(&self) -> Option<&Value> {
        let markup = self.markup()?.as_str()?;
        Some(self.visible.get_or_init(|| Value::from(visible::text(markup))))
    }
}

impl Object for Before {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        let place = self.lets.lets[..self.count].iter().position(|(own, _)| own == name)?;
        self.lets.worth(place)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let there = (0..self.count).filter(|place| self.lets.worth(*place).is_some());
        Enumerator::Values(there.map(|place| Value::from(self.lets.lets[place].0.as_str())).collect())
    }
}

impl Lets {
    /// The value of one expression, which can use the expressions before it.
    fn worth(self: &Arc<Self>, place: usize) -> Option<Value> {
        let make = || self.lets[place].1.value(&seen(self.clone(), place));
        self.worth[place].get_or_init(make).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(lets: &[(&str, &str)], page: Option<&str>) -> Value {
        let lets = lets.iter().map(|(name, text)| ((*name).to_owned(), Expr::compile(text).unwrap()));
        let names = BTreeMap::from([("now".to_owned(), Value::from(7))]);
        of(names, page.map(Value::from), lets.collect())
    }

    fn worth(names: &Value, text: &str) -> Option<String> {
        Expr::compile(text).unwrap().value(names).map(|value| value.to_string())
    }

    #[test]
    fn a_named_expression_sees_those_before_it_and_none_behind_it() {
        let names = named(&[("early", "let.late"), ("late", "now + 1"), ("last", "let.late * 2")], None);
        assert_eq!(worth(&names, "let.last"), Some("16".to_owned()));
        assert_eq!(worth(&names, "let.late"), Some("8".to_owned()));
        assert_eq!(worth(&names, "let.early"), None);
        assert_eq!(worth(&names, "has('let.early')"), Some("False".to_owned()));
        assert_eq!(worth(&names, "let|list|sort"), Some(r#"["last", "late"]"#.to_owned()));
    }

    #[test]
    fn what_people_see_of_a_page_is_there_where_a_rule_wants_it() {
        let names = named(&[], Some("<p>Sign&nbsp;in</p>"));
        assert_eq!(worth(&names, "'Sign' in visible"), Some("True".to_owned()));
        assert_eq!(worth(&named(&[], None), "visible"), None);
    }
}
