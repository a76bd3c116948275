//! Tuples to 12: component after component.

use super::{
    Composite, FieldKeys, FieldKind, IntoKey, Key, KeyFault, KeyKind, KeyPart, KeyReader, KeySink,
};
use crate::key_impls;

macro_rules! tuple_key {
    (A QA 0, $($key:ident $query:ident $at:tt),+) => {
        impl<A: Key, $($key: Key),+> Composite for (A, $($key,)+) {
            type First = A;
        }

        tuple_key!(@all A QA 0, $($key $query $at),+);
    };
    (A QA 0) => {
        tuple_key!(@all A QA 0);
    };
    (@all $($key:ident $query:ident $at:tt),+) => {
        impl<$($key: Key),+> Key for ($($key,)+) {
            const PLAIN: bool = $($key::PLAIN)&&+;

            fn kind() -> KeyKind {
                KeyKind::Tuple(vec![$($key::kind()),+])
            }

            #[inline]
            fn write_key(&self, out: &mut Vec<u8>) {
                $(self.$at.write_key(out);)+
            }

            #[inline]
            fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
                Ok(($($key::read_key(input)?,)+))
            }

            #[inline]
            fn is_null(&self) -> bool {
                $(self.$at.is_null())||+
            }
        }

        key_impls!(@part [$($key: Key),+] ($($key,)+));

        impl<$($key: Key, $query: IntoKey<$key>),+> IntoKey<($($key,)+)> for ($($query,)+) {
            #[inline]
            fn write_key_of(&self, out: &mut Vec<u8>) {
                $(self.$at.write_key_of(out);)+
            }
        }

        impl<$($key: KeyPart),+> FieldKeys for ($($key,)+) {
            fn field_kind() -> FieldKind {
                FieldKind::One(KeyKind::Tuple(vec![$($key::Key::kind()),+]))
            }

            #[inline]
            fn field_keys(&self, ordinal: u16, sink: &mut KeySink) {
                let is_null = $(self.$at.key_part().is_null())||+;
                sink.push_with(ordinal, is_null, |out| {
                    $(self.$at.key_part().write_key(out);)+
                });
            }
        }
    };
}

tuple_key!(A QA 0);
tuple_key!(A QA 0, B QB 1);
tuple_key!(A QA 0, B QB 1, C QC 2);
tuple_key!(A QA 0, B QB 1, C QC 2, D QD 3);
tuple_key!(A QA 0, B QB 1, C QC 2, D QD 3, E QE 4);
tuple_key!(A QA 0, B QB 1, C QC 2, D QD 3, E QE 4, F QF 5);
tuple_key!(A QA 0, B QB 1, C QC 2, D QD 3, E QE 4, F QF 5, G QG 6);
tuple_key!(A QA 0, B QB 1, C QC 2, D QD 3, E QE 4, F QF 5, G QG 6, H QH 7);
tuple_key!(A QA 0, B QB 1, C QC 2, D QD 3, E QE 4, F QF 5, G QG 6, H QH 7, I QI 8);
tuple_key!(A QA 0, B QB 1, C QC 2, D QD 3, E QE 4, F QF 5, G QG 6, H QH 7, I QI 8, J QJ 9);
tuple_key!(A QA 0, B QB 1, C QC 2, D QD 3, E QE 4, F QF 5, G QG 6, H QH 7, I QI 8, J QJ 9, K QK 10);
tuple_key!(A QA 0, B QB 1, C QC 2, D QD 3, E QE 4, F QF 5, G QG 6, H QH 7, I QI 8, J QJ 9, K QK 10, L QL 11);
