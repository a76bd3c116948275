//! `db0 find`: objects by class, tags and fields.

use std::io::{BufWriter, Write};

use db0::{AnyMemo, AnyQuery, Error, Result, Value};

use crate::{
    outcome::Outcome,
    output,
    place::{At, Place},
    shown::Shown,
};

/// Shows the objects that fulfil all of these, each as a line of JSON, oldest first.
#[derive(clap::Args)]
pub(crate) struct Find {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    at: At,
    /// Of this class.
    #[arg(long)]
    class: Option<String>,
    /// With this tag; can be said several times.
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Without this tag; can be said several times.
    #[arg(long = "no-tag", value_name = "TAG")]
    no_tags: Vec<String>,
    /// With a field of this value, as in size=3 or name=\"Ann\": JSON, or else text; can be said several
    /// times.
    #[arg(long = "where", value_name = "FIELD=VALUE", value_parser = field)]
    fields: Vec<(String, Value)>,
    /// No more than so many.
    #[arg(long)]
    limit: Option<usize>,
    /// Only how many there are.
    #[arg(long)]
    count: bool,
}

/// A field and the value that it is to have.
fn field(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("it needs the form FIELD=VALUE")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    Ok((name.into(), value))
}

impl Find {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let mut out = BufWriter::new(std::io::stdout().lock());
        let found = self.query()?;
        if self.count {
            let count = found.try_count()?;
            return output::told(writeln!(out, "{count}").and_then(|()| out.flush()));
        }
        for object in found.try_iter()? {
            if let Err(error) = Shown::of(&object?)?.write_line(&mut out)? {
                return output::told(Err(error));
            }
        }
        output::told(out.flush())
    }

    fn query(&self) -> Result<AnyQuery> {
        let snapshot = self.at.of(&self.place.open()?)?;
        if let Some(class) = &self.class
            && !snapshot.classes()?.iter().any(|known| known.name == *class)
        {
            return Err(Error::other(format!("there is no class {class:?}")));
        }
        let tags = (db0::all(self.tags.clone()), db0::no(db0::any(self.no_tags.clone())));
        let (class, fields) = (self.class.clone(), self.fields.clone());
        let is_wanted = move |object: &AnyMemo| {
            class.as_ref().is_none_or(|class| object.class() == *class)
                && fields.iter().all(|(name, value)| object.get(name).as_ref() == Some(value))
        };
        let mut found = snapshot.find_any(tags);
        if self.class.is_some() || !self.fields.is_empty() {
            found = found.filter(is_wanted);
        }
        Ok(if let Some(limit) = self.limit { found.take(limit) } else { found })
    }
}
