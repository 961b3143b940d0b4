// The expected-value twin of State: one firm, real-numbered counts, survival as a weight, factors
// averaged over the regimes' probabilities. Double precision throughout.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/engine/model.h"

namespace partnersim {

struct Expectation {
  Expectation(std::size_t partners, std::size_t sources)
      : function(partners + 1, 1.0),
        leads_of(function),
        close_of(function),
        churn_of(function),
        suspended(partners, 0.0),
        weight(partners, 0.0),
        last_weight(partners, 0.0),
        alive(partners, 0.0),
        referred(partners, 0.0),
        returned(partners, 0.0),
        sales(sources, 0.0),
        closings(sources, 0.0) {}

  int month = 0;
  double leads_factor = 1.0;
  double close_odds = 1.0;
  double deal_value = 1.0;
  double churn_factor = 1.0;
  double capacity = 1.0;
  double calendar = 1.0;
  double direct = 1.0;                                         // on direct leads alone
  std::vector<double> function, leads_of, close_of, churn_of;  // [firm]
  std::vector<double> suspended;                               // [partner] probability of being suspended
  std::vector<double> weight;                                  // probability that the partnership works this month
  std::vector<double> last_weight;                             // of the month before
  std::vector<double> alive;                                   // after what ends it this month
  std::vector<double> referred, returned;                      // [partner]
  std::vector<double> sales;                                   // [source]
  std::vector<double> closings;                                // [source]
  double wins = 0.0;
  double last_wins = 0.0;
  double direct_leads = 0.0;
  double leads_received = 0.0;
  double recurring = 0.0;
  double shock_costs = 0.0;
  double lost_to_shocks = 0.0;    // partnerships, since the beginning
  double running = 1.0;           // 0 once the firm has run out of cash
  double ended_with_firm = 0.0;   // partnerships
  double ended_as_planned = 0.0;  // the same
  sim::ExpectedValues values;

  void open_month() {
    leads_factor = close_odds = deal_value = churn_factor = capacity = calendar = direct = 1.0;
    for (auto* factor : {&function, &leads_of, &close_of, &churn_of}) std::fill(factor->begin(), factor->end(), 1.0);
    wins = direct_leads = leads_received = recurring = shock_costs = 0.0;
  }
  // Probability that a partnership that worked last month works this month.
  double outlived(std::size_t partner) const {
    return last_weight[partner] > 0.0 ? weight[partner] / last_weight[partner] : 0.0;
  }
  void end_with_firm() {
    for (double& partnership : alive) {
      ended_with_firm += partnership;
      partnership = 0.0;
    }
  }
  void close_books() {
    std::fill(sales.begin(), sales.end(), 0.0);
    std::fill(closings.begin(), closings.end(), 0.0);
    wins = leads_received = recurring = 0.0;
    end_with_firm();
  }
  void record(std::string_view trajectory, double value) {
    values.trajectories[std::string(trajectory)].push_back(value);
  }
};

}  // namespace partnersim
