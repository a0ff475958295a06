-- Reads and writes of table elements: a smoothing sweep over a thousand numbers.
local function bench(n)
  local a = {}
  for i = 1, 1000 do
    a[i] = 0.001 * (i - 1)
  end
  for r = 1, n do
    for i = 2, 999 do
      a[i] = 0.25 * a[i - 1] + 0.5 * a[i] + 0.25 * a[i + 1]
    end
  end
  return a[501]
end

local n = math.tointeger(arg[1])
local start = os.clock()
local result = bench(n)
print(os.clock() - start, result)
