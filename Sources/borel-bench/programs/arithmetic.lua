-- Scalar arithmetic on integers and floats with a branch.
local function bench(n)
  local s = 0.0
  local k = 1
  for i = 0, n - 1 do
    k = (k * 16807) % 2147483647
    local x = k / 2147483647
    s = s * 0.5 + x * x - x
    if x < 0.25 then
      s = s + 1.0
    end
  end
  return s
end

local n = math.tointeger(arg[1])
local start = os.clock()
local result = bench(n)
print(os.clock() - start, result)
