#include "gnet/protocol/factory.h"

namespace gnet {

void Factory::spread_over(std::shared_ptr<HubGroup>) {}

void Factory::visit_connections(const std::function<void(Connection&)>&) {}

}  // namespace gnet
