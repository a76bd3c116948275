//! Numbers as floats, where nothing is lost by it.

use serde::de::{Error as _, Unexpected};

use crate::codec::{fault::Error, reader::Token};

/// `value` as a float that is exactly the same number.
pub(super) fn exact_f64(token: Token<'_>) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "what is lost is looked for")]
    #[expect(clippy::cast_possible_truncation, reason = "and so is what overflows: `as` saturates")]
    match token {
        Token::F64(value) => Some(value),
        Token::F32(value) => Some(value.into()),
        Token::UInt(value) => {
            Some(value as f64).filter(|&float| float as i128 == i128::from(value))
        }
        Token::Int(value) => Some(value as f64).filter(|&float| float as i128 == i128::from(value)),
        _ => None,
    }
}

pub(super) fn exact_f32(token: Token<'_>) -> Option<f32> {
    if let Token::F32(value) = token {
        return Some(value);
    }
    let wide = exact_f64(token)?;
    #[expect(clippy::cast_possible_truncation, reason = "what is lost is looked for")]
    let value = wide as f32;
    (f64::from(value).to_bits() == wide.to_bits() || wide.is_nan()).then_some(value)
}

#[cold]
pub(super) fn inexact(token: Token<'_>, expected: &'static str) -> Error {
    let unexpected = match token {
        Token::UInt(value) => Unexpected::Unsigned(value),
        Token::Int(value) => Unexpected::Signed(value),
        Token::F64(value) => Unexpected::Float(value),
        _ => Unexpected::Other("number"),
    };
    Error::invalid_value(unexpected, &expected)
}
