//! Request limits: per token, for sign-up and sign-in per client address, and per account for addresses of other accounts
//! that are typed. Each process counts for itself.

use std::{net::IpAddr, num::NonZeroU32};

use actix_web::{
    Error,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{HeaderName, HeaderValue, RETRY_AFTER},
    },
    middleware::Next,
    web::Data,
};
use governor::{Quota, RateLimiter, clock::Clock as _, middleware::StateInformationMiddleware};
use liaison_domain::{
    id::AccountId,
    refusal::{Code, Refusal},
};

use super::{caller::bearer, problem::Problem};
use crate::{app::App, config::Http, keys::digest};

type Limiter<K> = RateLimiter<
    K,
    governor::state::keyed::DefaultKeyedStateStore<K>,
    governor::clock::DefaultClock,
    StateInformationMiddleware,
>;

/// The counters of a process.
#[derive(Debug)]
pub struct Limits {
    tokens: Limiter<Vec<u8>>,
    sign_ups: Limiter<IpAddr>,
    sign_ins: Limiter<IpAddr>,
    links: Limiter<AccountId>,
}

impl Limits {
    pub fn new(http: &Http) -> Self {
        Self {
            tokens: limiter(http.rate_limit_per_minute),
            sign_ups: limiter(http.signup_limit_per_minute),
            sign_ins: limiter(http.login_limit_per_minute),
            links: limiter(http.link_limit_per_minute),
        }
    }

    /// Forgets who has not come for a while, so that counters don't grow with the number of addresses.
    pub fn forget_idle(&self) {
        self.tokens.retain_recent();
        self.sign_ups.retain_recent();
        self.sign_ins.retain_recent();
        self.links.retain_recent();
    }

    /// Counts an address of another account that somebody of this one typed, whether it names anybody or not.
    pub fn count_link(&self, account: AccountId) -> Result<(), Refusal> {
        let too_many = "Too many addresses of other accounts were typed; wait and repeat.";
        match self.links.check_key(&account) {
            Ok(_) => Ok(()),
            Err(_) => Err(Refusal::new(Code::RateLimited, too_many)),
        }
    }
}

fn limiter<K: std::hash::Hash + Eq + Clone>(per_minute: u32) -> Limiter<K> {
    let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
    RateLimiter::keyed(quota).with_middleware()
}

/// What is left, for the `RateLimit-*` headers.
struct Standing {
    limit: u32,
    remaining: u32,
    /// Seconds until the next request is taken; 0 where it was taken.
    wait: u64,
}

/// Counts a request and refuses the one too many with 429.
pub async fn count<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let standing = request.app_data::<Data<App>>().and_then(|app| check(&app.limits, &request));
    let Some(standing) = standing else {
        return Ok(next.call(request).await?.map_into_left_body());
    };
    let mut response = if standing.wait == 0 {
        next.call(request).await?.map_into_left_body()
    } else {
        let problem = Problem::from(Refusal::new(Code::RateLimited, "Too many requests; wait and repeat."));
        let mut response = request.error_response(problem).map_into_right_body();
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(standing.wait));
        response
    };
    for (name, value) in [
        ("ratelimit-limit", u64::from(standing.limit)),
        ("ratelimit-remaining", u64::from(standing.remaining)),
        ("ratelimit-reset", standing.wait.max(1)),
    ] {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
    Ok(response)
}

fn check(limits: &Limits, request: &ServiceRequest) -> Option<Standing> {
    let address = request.peer_addr().map(|it| it.ip());
    match (request.method(), request.path()) {
        (&Method::POST, "/v1/accounts") => Some(standing(&limits.sign_ups, &address?)),
        (
            &Method::POST,
            "/v1/sessions"
            | "/v1/sessions/refresh"
            | "/v1/portal/sessions"
            | "/v1/portal/links"
            | "/v1/invitations:accept"
            | "/v1/password-resets"
            | "/v1/password-resets:complete",
        ) => Some(standing(&limits.sign_ins, &address?)),
        _ => Some(standing(&limits.tokens, &digest(bearer(request.request())?.as_bytes()))),
    }
}

fn standing<K: std::hash::Hash + Eq + Clone>(limiter: &Limiter<K>, key: &K) -> Standing {
    match limiter.check_key(key) {
        Ok(state) => Standing {
            limit: state.quota().burst_size().get(),
            remaining: state.remaining_burst_capacity(),
            wait: 0,
        },
        Err(refused) => Standing {
            limit: refused.quota().burst_size().get(),
            remaining: 0,
            wait: refused.wait_time_from(governor::clock::DefaultClock::default().now()).as_secs() + 1,
        },
    }
}
