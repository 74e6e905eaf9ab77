mod oracle;

use super::*;
