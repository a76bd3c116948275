//! What is added up, averaged and compared of objects.

use std::{sync::Arc, time::Duration};

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

/// What can be added up: integers, floats, `Duration`, options of those, of which `None` is nothing, and types
/// of yours.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// #[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
/// struct Euro {
///     cents: i64,
/// }
///
/// impl db0::Number for Euro {
///     type Sum = Self;
///     type Average = f64;
///
///     fn sum(values: Vec<Self>) -> Option<Self> {
///         let add = |sum: i64, euro: Self| sum.checked_add(euro.cents);
///         values.into_iter().try_fold(0, add).map(|cents| Self { cents })
///     }
///
///     fn average(values: Vec<Self>) -> Option<f64> {
///         db0::Number::average(values.into_iter().map(|euro| euro.cents).collect::<Vec<_>>())
///     }
/// }
///
/// #[db0::memo(keep)]
/// struct Sale {
///     city: String,
///     price: Euro,
/// }
/// for cents in [250, 100] {
///     db0::Memo::new(Sale { city: "Rome".into(), price: Euro { cents } });
/// }
/// let by_city = db0::find::<Sale>(()).group_by(Sale::CITY);
/// assert_eq!(by_city.sums(Sale::PRICE)["Rome"], Euro { cents: 350 });
/// assert_eq!(by_city.avg(Sale::PRICE)["Rome"], 175.0);
/// # Ok::<(), db0::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be added up",
    label = "neither an integer, a float, a `Duration`, nor an option of one"
)]
pub trait Number: Sized {
    /// What a sum is.
    type Sum;
    /// What an average is.
    type Average;

    /// The sum; none if it does not fit.
    fn sum(values: Vec<Self>) -> Option<Self::Sum>;

    /// The average; none of nothing.
    fn average(values: Vec<Self>) -> Option<Self::Average>;
}

macro_rules! integers {
    ($($number:ty => $sum:ty),*) => {$(
        impl Number for $number {
            type Sum = $sum;
            type Average = f64;

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
    type Average = Self;

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
    type Average = f64;

    fn sum(values: Vec<Self>) -> Option<f64> {
        Some(values.into_iter().map(f64::from).sum())
    }

    fn average(values: Vec<Self>) -> Option<f64> {
        f64::average(values.into_iter().map(f64::from).collect())
    }
}

impl Number for Duration {
    type Sum = Self;
    type Average = Self;

    fn sum(values: Vec<Self>) -> Option<Self> {
        values.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    fn average(values: Vec<Self>) -> Option<Self> {
        const NANOS: u128 = 1_000_000_000;
        let count = values.len() as u128;
        let nanos = values.iter().map(Self::as_nanos).sum::<u128>().checked_div(count)?;
        Some(Self::new(u64::try_from(nanos / NANOS).ok()?, u32::try_from(nanos % NANOS).ok()?))
    }
}

impl<N: Number> Number for Option<N> {
    type Sum = N::Sum;
    type Average = N::Average;

    fn sum(values: Vec<Self>) -> Option<N::Sum> {
        N::sum(values.into_iter().flatten().collect())
    }

    fn average(values: Vec<Self>) -> Option<N::Average> {
        N::average(values.into_iter().flatten().collect())
    }
}
