// The processes of the model, one function a file. The table that orders them is models/registry.cpp.
#pragma once

#include "models/setup.h"

namespace partnersim {

const Entry& partnerships_entry();
const Entry& economy_entry();
const Entry& shocks_entry();
const Entry& referral_flow_entry();
const Entry& direct_business_entry();
const Entry& churn_entry();
const Entry& revenue_entry();

}  // namespace partnersim
