//! The series of a table that is counted by endpoint: what its labels are, and where it counts when there is no room.

use std::borrow::Cow;

use super::Recorder;
use super::endpoints::Endpoint;
use super::rows::Row;
use super::series::Meaning;
use super::tables;
use crate::label::MethodLabel;

impl Recorder {
    /// `None` for a row that counts nowhere.
    pub(super) fn exchange_series(&self, table: usize, row: Row, method: MethodLabel) -> Option<usize> {
        self.http_series(table, row, Some(method), None, tables::OVERFLOW_EXCHANGE)
    }

    /// `None` for a row that counts nowhere.
    pub(super) fn upgrade_series(&self, row: Row) -> Option<usize> {
        self.http_series(tables::UPGRADES, row, None, None, tables::OVERFLOW_UPGRADE)
    }

    /// `None` for a row that counts nowhere.
    pub(super) fn status_series(&self, table: usize, row: Row, method: MethodLabel, status: u16) -> Option<usize> {
        self.http_series(table, row, Some(method), Some(status), tables::overflow_request(status))
    }

    /// Of a table by endpoint, and by method and status where there are such.
    fn http_series(
        &self,
        table: usize,
        row: Row,
        method: Option<MethodLabel>,
        status: Option<u16>,
        overflow: usize,
    ) -> Option<usize> {
        let chosen = self.rows.labels(row)?;
        let endpoint = self.rows.endpoint(row);
        if endpoint == Endpoint::OVERFLOW {
            return Some(overflow);
        }
        let error_of = match (method, status) {
            (Some(method), Some(500..)) => self.exchange_series(tables::EXCHANGES, row, method),
            _ => None,
        };
        let name = self.endpoints.name(endpoint);
        let meaning = Meaning { error_of, bounds: self.own_bounds.of(table, &name.text) };
        let failed = status.is_some_and(|status| status >= 500);
        let status = status.map(|status| self.status_text(status));
        let names = self.names;
        let mut labels: Vec<_> = method.map(|method| (names.method, method.name())).into_iter().collect();
        labels.push((names.endpoint, &*name.text));
        if let Some(status) = status.as_deref() {
            labels.push((names.status, status));
            labels.extend(names.error.map(|error| (error, if failed { status } else { "" })));
        }
        labels.extend(chosen);
        Some(self.tables[table].series.number(&labels, meaning, name.trusted).unwrap_or(overflow))
    }

    fn status_text(&self, status: u16) -> Cow<'static, str> {
        if self.status_classes { tables::status_class(status).into() } else { status.to_string().into() }
    }
}
