//! How the vocabulary is stored: each type in the column of its plain value.

/// Stores `$name` in columns of `$sql`, through the plain value `$plain`.
macro_rules! stored_as {
    ($name:ty, $sql:ty, $plain:ty, |$value:ident| $parse:expr, |$this:ident| $give:expr) => {
        impl diesel::deserialize::FromSql<$sql, diesel::pg::Pg> for $name {
            fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                let $value =
                    <$plain as diesel::deserialize::FromSql<$sql, diesel::pg::Pg>>::from_sql(
                        bytes,
                    )?;
                $parse
            }
        }

        impl diesel::serialize::ToSql<$sql, diesel::pg::Pg> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
            ) -> diesel::serialize::Result {
                let $this = self;
                let plain = $give;
                <_ as diesel::serialize::ToSql<$sql, diesel::pg::Pg>>::to_sql(
                    &plain,
                    &mut out.reborrow(),
                )
            }
        }
    };
}

pub(crate) use stored_as;
