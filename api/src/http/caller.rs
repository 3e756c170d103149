//! Who asks: reads `Authorization: Bearer …` and proves it against the database.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header::AUTHORIZATION};

use super::{command::app, problem::Problem};
use crate::service::{
    caller::{PortalCaller, StaffCaller, UserCaller, unauthenticated},
    portal, session,
};

impl FromRequest for UserCaller {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let app = app(&request)?;
            let token = bearer(&request).ok_or_else(unauthenticated)?;
            let claims = session::read_access_token(&app.keys, &app.env, token)?;
            let mut tx = app.database.read_once().await?;
            Ok(Self::of_session(&mut tx, claims.account, claims.session, app.env.now()).await?)
        })
    }
}

impl FromRequest for StaffCaller {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let user = UserCaller::from_request(request, payload);
        Box::pin(async move { Ok(Self::of_user(user.await?)?) })
    }
}

impl FromRequest for PortalCaller {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let app = app(&request)?;
            let token = bearer(&request).ok_or_else(unauthenticated)?;
            let mut tx = app.database.read().await?;
            Ok(portal::session::resume(&mut tx, app, token).await?)
        })
    }
}

/// The token of the request, by which it is also counted.
pub fn bearer(request: &HttpRequest) -> Option<&str> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
