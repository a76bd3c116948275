//! What is added up, averaged and compared of objects.

use std::sync::Arc;

use db0_runtime::{Result, class::Class, object::Objects};

use crate::terms::{
    field::Field,
    findable::{Covers, Findable},
};

/// A value of an object: a field such as `Sale::CENTS`, or a closure `|sale: &Sale| …`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` measures nothing of `{T}`",
    label = "neither one of its fields nor a closure `|object: &{T}| …`"
)]
pub trait Measure<T> {
    /// What it is.
    type Value;

    /// The value of one object; nothing if that is deleted by now, or has no such field.
    #[doc(hidden)]
    fn measure(&self, objects: &Arc<Objects>, oid: u64) -> Result<Option<Self::Value>>;
}

impl<T: Covers<P>, P: Class, V: Clone> Measure<T> for Field<P, V> {
    type Value = V;

    fn measure(&self, objects: &Arc<Objects>, oid: u64) -> Result<Option<V>> {
        T::look_as(objects, oid, |object| self.get(object).clone())
    }
}

impl<T: Findable, V, F: Fn(&T::Seen) -> V> Measure<T> for F {
    type Value = V;

    fn measure(&self, objects: &Arc<Objects>, oid: u64) -> Result<Option<V>> {
        T::look(objects, oid, self)
    }
}

/// What can be added up: integers, floats, and options of those, of which `None` is nothing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be added up",
    label = "neither an integer, a float, nor an option of one"
)]
pub trait Number: Sized {
    /// What a sum is.
    type Sum;

    /// The sum, if it fits.
    #[doc(hidden)]
    fn sum(values: Vec<Self>) -> Option<Self::Sum>;

    /// The average; none of nothing.
    #[doc(hidden)]
    fn average(values: Vec<Self>) -> Option<f64>;
}

macro_rules! integers {
    ($($number:ty => $sum:ty),*) => {$(
        impl Number for $number {
            type Sum = $sum;

            fn sum(values: Vec<Self>) -> Option<$sum> {
                values.into_iter().try_fold(0, |sum: $sum, value| sum.checked_add(value as $sum))
            }

            #[allow(clippy::cast_lossless, clippy::cast_precision_loss, reason = "of every width")]
            fn average(values: Vec<Self>) -> Option<f64> {
                f64::average(values.into_iter().map(|value| value as f64).collect())
            }
        }
    )*};
}

integers! {
    u8 => u64, u16 => u64, u32 => u64, u64 => u64, usize => u64, u128 => u128,
    i8 => i64, i16 => i64, i32 => i64, i64 => i64, isize => i64, i128 => i128
}

impl Number for f64 {
    type Sum = Self;

    fn sum(values: Vec<Self>) -> Option<Self> {
        Some(values.into_iter().sum())
    }

    #[expect(clippy::cast_precision_loss, reason = "an average is a float")]
    fn average(values: Vec<Self>) -> Option<f64> {
        let count = values.len() as f64;
        (count > 0.0).then(|| values.into_iter().sum::<f64>() / count)
    }
}

impl Number for f32 {
    type Sum = f64;

    fn sum(values: Vec<Self>) -> Option<f64> {
        Some(values.into_iter().map(f64::from).sum())
    }

    fn average(values: Vec<Self>) -> Option<f64> {
        f64::average(values.into_iter().map(f64::from).collect())
    }
}

impl<N: Number> Number for Option<N> {
    type Sum = N::Sum;

    fn sum(values: Vec<Self>) -> Option<N::Sum> {
        N::sum(values.into_iter().flatten().collect())
    }

    fn average(values: Vec<Self>) -> Option<f64> {
        N::average(values.into_iter().flatten().collect())
    }
}
