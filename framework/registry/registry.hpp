#pragma once
// The components there are, and STRATA_REGISTER, by which one enters. Implemented in registry.cpp.
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "strata/parameters/params.hpp"

namespace strata {

/// Every component there is, by family and name. One for the process; components enter it while
/// their library is loaded, by STRATA_REGISTER.
class Registry final : public Catalog {
 public:
  static Registry& instance();

  /// Takes the component, or, where its name is taken already, notes that in problems(). Never
  /// throws: it runs while a library is being loaded.
  void add(ComponentInfo info) noexcept;
  /// Notes that a component could not be added, and why.
  void add_failed(const char* family, const char* name, const char* reason) noexcept;

  const ComponentInfo* find(const std::string& family, const std::string& name) const override;
  std::vector<std::string> names(const std::string& family) const override;  ///< sorted
  std::vector<std::string> families() const override;                        ///< sorted

  /// What went wrong while registering, one sentence each; the command refuses to start on any.
  const std::vector<std::string>& problems() const { return problems_; }
  void clear_problems() { problems_.clear(); }

  /// The name noted in ComponentInfo::library of what is added from now on.
  void set_library(std::string name) { library_ = std::move(name); }
  /// Forgets what a library registered, after its loading failed.
  void remove_library(const std::string& name);

 private:
  std::map<std::string, std::map<std::string, ComponentInfo>> components_;
  std::vector<std::string> problems_;
  std::string library_;
};

/// "layer 'swish' of libswish.so"; without the library where strata itself has it.
std::string component_name(const ComponentInfo& info);

/// A component's own code threw, or did what its family forbids. what() names the component, its
/// library and what was asked of it.
class ComponentError : public RunError {
 public:
  ComponentError(const ComponentRef& ref, const std::string& message);

  Origin origin;     ///< where the component is named; no source where nobody wrote it
  std::string path;  ///< the key there
};

/// Throws the ComponentError for the exception being handled, which `doing` ("build()") threw. What
/// already says who is at fault goes on as it is: a ComponentError, and a UserError.
[[noreturn]] void rethrow_of_component(const ComponentRef& ref, const std::string& doing);

/// Runs code that calls a component; whatever it throws is told with the component's name.
template <class Body>
auto of_component(const ComponentRef& ref, const char* doing, Body&& body) {
  try {
    return body();
  } catch (...) {
    rethrow_of_component(ref, doing);
  }
}

/// Builds what a reference names, which was read without an issue. Throws ComponentError, whatever
/// the constructor threw.
std::shared_ptr<void> create_component(const ComponentRef& ref);

template <class Family>
std::shared_ptr<Family> make(const Slot<Family>& slot) {
  return std::static_pointer_cast<Family>(create_component(slot));
}

template <class Family, class Component>
struct Registration {
  explicit Registration(const char* name) noexcept {
    try {
      Registry::instance().add(describe(name));
    } catch (const std::exception& e) {
      Registry::instance().add_failed(Family::family, name, e.what());
    } catch (...) {
      Registry::instance().add_failed(Family::family, name, "something that is no std::exception");
    }
  }

 private:
  static ComponentInfo describe(const char* name) {
    static_assert(std::is_base_of_v<Family, Component>);
    using P = typename Component::Params;
    ComponentInfo info;
    info.family = Family::family;
    info.name = name;
    info.params = param_list<P>();
    info.make_params = []() -> std::shared_ptr<void> { return std::make_shared<P>(); };
    info.create = [](const void* params) -> std::shared_ptr<void> {
      return std::shared_ptr<Family>(std::make_shared<Component>(*static_cast<const P*>(params)));
    };
    return info;
  }
};

/// The last line of a plugin: STRATA_REGISTER(Layer, Tanh, "tanh"). The component has a nested
/// Params struct with declare(), and a constructor from `const Params&`.
#define STRATA_REGISTER(Family, Component, name)                                           \
  static const ::strata::Registration<Family, Component> strata_registration_##Component { \
    name                                                                                   \
  }

}  // namespace strata
